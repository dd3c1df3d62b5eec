import "react";

declare module "react" {
  interface CSSProperties {
    /** See picture.css: width over height of a camera's picture, and the grid of several. */
    "--ratio"?: number;
    "--columns"?: number;
    "--rows"?: number;
  }
}
