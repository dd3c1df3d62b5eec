import type { ChartSeries } from "../logic/chart";

/** Okabe and Ito's colours for every kind of colour vision, lightened for a dark ground; the dash differs as well. */
const ZONE_COLOURS = ["#56b4e9", "#f2b632", "#2bc79a", "#e291c3", "#f0e442", "#ff8a4c", "#a7b4ff"];
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

export interface SeriesLook {
  readonly colour: string;
  readonly dash: readonly number[];
}

/** @param index 0: the whole venue; then the zones in the venue's order, so that a zone keeps its colour */
export function seriesLook(index: number): SeriesLook {
  if (index === 0) return { colour: "#e9eef7", dash: [] };
  const zone = index - 1;
  return {
    colour: ZONE_COLOURS[zone % ZONE_COLOURS.length] ?? "#e9eef7",
    dash: DASHES[zone % DASHES.length] ?? [],
  };
}

export interface StyledSeries extends ChartSeries {
  readonly look: SeriesLook;
}

export function lineStyle({ look }: StyledSeries, alone: boolean) {
  return {
    stroke: look.colour,
    width: 2,
    dash: [...look.dash],
    ...(alone ? { fill: `${look.colour}22` } : {}),
  };
}
