import { useEffect, useState } from "react";
import { useServices } from "../services";

export interface ShownPicture {
  readonly url: string;
  readonly capturedAtMs: number;
}

/**
 * A camera's newest picture, asked for again every `everyMs` (null: not now) while the page is in sight. What was shown last stays
 * until it is replaced, and carries its own time: how old it is, is for the page to say.
 */
export function usePicture(venueId: string, cameraId: string, everyMs: number | null): ShownPicture | null {
  const { client } = useServices();
  const [picture, setPicture] = useState<ShownPicture | null>(null);
  useEffect(() => {
    if (everyMs === null) return;
    const abort = new AbortController();
    let asking = false;
    const ask = async () => {
      if (asking || document.visibilityState !== "visible") return;
      asking = true;
      try {
        const newest = await client.picture(venueId, cameraId, abort.signal);
        if (newest !== null && !abort.signal.aborted) {
          setPicture({ url: URL.createObjectURL(newest.blob), capturedAtMs: newest.capturedAtMs });
        }
      } catch {
        // The connection banner tells of it, and the picture's age grows on the screen; the next tick asks again.
      } finally {
        asking = false;
      }
    };
    const timer = window.setInterval(() => void ask(), everyMs);
    void ask();
    return () => {
      window.clearInterval(timer);
      abort.abort();
    };
  }, [client, venueId, cameraId, everyMs]);
  useEffect(() => {
    if (picture === null) return;
    return () => URL.revokeObjectURL(picture.url);
  }, [picture]);
  return picture;
}
