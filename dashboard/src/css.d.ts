import "react";

declare module "react" {
  interface CSSProperties {
    /** Width over height of a camera's picture; see picture.css. */
    "--ratio"?: number;
  }
}
