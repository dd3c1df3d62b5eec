const widths = new Map<string, number>();
let context: CanvasRenderingContext2D | null = null;

/** A text's width in CSS pixels in the labels' font. Digits are as wide as each other there, so few texts are measured. */
export function measureText(text: string, fontPx: number): number {
  const key = `${fontPx} ${text.replace(/\d/g, "0")}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  context ??= document.createElement("canvas").getContext("2d");
  if (context === null) return text.length * fontPx * 0.62;
  context.font = `600 ${fontPx}px ${getComputedStyle(document.body).fontFamily}`;
  const width = context.measureText(text.replace(/\d/g, "0")).width;
  widths.set(key, width);
  return width;
}
