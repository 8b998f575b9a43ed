import { useState } from "react";
import type { MediaItem } from "../../api/types";
import { Dialog } from "../Dialog";
import css from "./Media.module.css";

/** A post's pictures, or its one video; a picture opens in full, with its description. */
export function Media({ items }: { items: MediaItem[] }) {
  const [shown, setShown] = useState<MediaItem | null>(null);
  const seen = items.filter((item) => item.id && !item.asset);
  if (seen.length === 0) return null;
  return (
    <div className={css.grid} data-count={seen.length}>
      {seen.map((item) =>
        item.mime.startsWith("video/") ? (
          // biome-ignore lint/a11y/useMediaCaption: nobody gave captions; the description says what there is to say
          <video
            key={item.digest}
            className={css.video}
            src={fileOf(item)}
            controls
            preload="metadata"
            aria-label={item.alt || "Video without a description"}
          />
        ) : (
          <button key={item.digest} type="button" className={css.picture} onClick={() => setShown(item)}>
            <img
              src={`${fileOf(item)}/thumbnail?size=large`}
              alt={item.alt || "Picture without a description"}
              width={item.width ?? undefined}
              height={item.height ?? undefined}
              loading="lazy"
            />
          </button>
        ),
      )}
      {shown && (
        <Dialog
          wide
          title={shown.alt ? "Picture" : "Picture without a description"}
          onClose={() => setShown(null)}
        >
          <img className={css.full} src={fileOf(shown)} alt={shown.alt} />
          {shown.alt && <p>{shown.alt}</p>}
        </Dialog>
      )}
    </div>
  );
}

const fileOf = (item: MediaItem) => `/api/v1/media/${item.id}`;
