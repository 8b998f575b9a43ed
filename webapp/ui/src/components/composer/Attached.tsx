import { X } from "lucide-react";
import { useId } from "react";
import type { DraftMedia } from "../../lib/drafts";
import { IconButton } from "../Button";
import css from "./Attached.module.css";

interface Props {
  media: DraftMedia[];
  /** Names of files that are on their way. */
  coming: string[];
  onChange: (media: DraftMedia[]) => void;
}

/** The files of a draft, each with its description for people who don't see it. */
export function Attached({ media, coming, onChange }: Props) {
  if (media.length === 0 && coming.length === 0) return null;
  return (
    <ul className={`plain ${css.list}`}>
      {media.map((item) => (
        <Item
          key={item.id}
          item={item}
          onAlt={(alt) => onChange(media.map((one) => (one.id === item.id ? { ...one, alt } : one)))}
          onRemove={() => onChange(media.filter((one) => one.id !== item.id))}
        />
      ))}
      {coming.map((name) => (
        <li key={name} className={css.item} role="status">
          <span className={css.blank} aria-hidden="true" />
          <span className={css.coming}>Uploading {name}…</span>
        </li>
      ))}
    </ul>
  );
}

function Item({
  item,
  onAlt,
  onRemove,
}: {
  item: DraftMedia;
  onAlt: (alt: string) => void;
  onRemove: () => void;
}) {
  const id = useId();
  const isVideo = item.mime.startsWith("video/");
  const source = `/api/v1/media/${item.id}`;
  return (
    <li className={css.item}>
      {isVideo ? (
        <video className={css.thumb} src={source} muted preload="metadata" tabIndex={-1} />
      ) : (
        <img className={css.thumb} src={`${source}/thumbnail?size=small`} alt="" />
      )}
      <div className={css.alt}>
        <label htmlFor={id}>Describe it for people who don't see it</label>
        <textarea
          id={id}
          rows={2}
          maxLength={1000}
          value={item.alt}
          onChange={(event) => onAlt(event.target.value)}
        />
      </div>
      <IconButton label={`Remove the ${isVideo ? "video" : "picture"}`} onClick={onRemove}>
        <X size={18} />
      </IconButton>
    </li>
  );
}
