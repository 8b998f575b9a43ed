import { useRef, useState } from "react";
import type { Draft } from "../../lib/drafts";
import { MOST_IMAGES, refusalOf, upload } from "../../queries/upload";

/** The files that come into a draft: names of those on their way, what was refused, and how one adds some. */
export function useFiles(draft: Draft, change: (part: Partial<Draft>) => void) {
  const [coming, setComing] = useState<string[]>([]);
  const [refused, setRefused] = useState<string[]>([]);
  const media = useRef(draft.media);
  media.current = draft.media;
  const take = async (file: File) => {
    setComing((names) => [...names, file.name]);
    try {
      const made = await upload(file);
      const next = [...media.current.filter((one) => one.id !== made.id), made];
      media.current = next;
      change({ media: next });
    } catch (error) {
      setRefused((all) => [...all, refusalOf(error, file.name)]);
    } finally {
      setComing((names) => names.filter((name) => name !== file.name));
    }
  };
  const add = (files: File[]) => {
    const room = MOST_IMAGES - media.current.length - draft.tokens.length - coming.length;
    setRefused(
      files.length > room ? [`A post holds at most ${MOST_IMAGES} pictures and tokens, or one video.`] : [],
    );
    for (const file of files.slice(0, Math.max(0, room))) void take(file);
  };
  return { coming, refused, add };
}
