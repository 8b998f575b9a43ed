import { ImageOff } from "lucide-react";
import { useState } from "react";
import type { TokenText } from "../../lib/tokens";
import css from "./TokenPicture.module.css";

interface Props {
  text: TokenText;
  /** What it shows, for who does not see it: a token's name, empty where that stands beside it. */
  alt: string;
  /** In full, with what moves; else a still square. */
  whole?: boolean;
}

/** What a token shows, from this server's own content store; never from elsewhere. */
export function TokenPicture({ text, alt, whole }: Props) {
  const [gone, setGone] = useState<string[]>([]);
  const fails = (path: string) => () => setGone((all) => [...all, path]);
  const { image, animation } = text;
  const moves = animation && !gone.includes(animation) ? animation : null;
  const still = image && !gone.includes(image) ? image : null;
  const look = whole ? css.whole : css.square;
  if (moves && (whole || !still)) {
    return <Moving key={moves} path={moves} poster={still} alt={alt} whole={whole} onGone={fails(moves)} />;
  }
  if (still)
    return <img key={still} className={look} src={still} alt={alt} loading="lazy" onError={fails(still)} />;
  return (
    <span className={`${look} ${css.none}`}>
      <ImageOff aria-hidden="true" />
      {whole && <span>There is no picture of it here</span>}
    </span>
  );
}

interface MovingProps {
  path: string;
  poster: string | null;
  alt: string;
  whole: boolean | undefined;
  onGone: () => void;
}

/** A video or a GIF: metadata do not say which, so what is no video is tried as a picture. */
function Moving({ path, poster, alt, whole, onGone }: MovingProps) {
  const [picture, setPicture] = useState(false);
  const look = whole ? css.whole : css.square;
  if (picture) return <img className={look} src={path} alt={alt} loading="lazy" onError={onGone} />;
  return (
    <video
      className={look}
      src={path}
      poster={poster ?? undefined}
      controls={whole}
      muted={!whole}
      tabIndex={whole ? undefined : -1}
      preload="metadata"
      aria-label={alt || undefined}
      onError={() => setPicture(true)}
    />
  );
}
