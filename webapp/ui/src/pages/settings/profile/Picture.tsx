import { useRef, useState } from "react";
import { Avatar } from "../../../components/Avatar";
import { Button } from "../../../components/Button";
import { refusalOf, upload } from "../../../queries/upload";
import forms from "../../../styles/forms.module.css";
import { Problem } from "../parts/Part";
import css from "./profile.module.css";

const IMAGES = "image/jpeg,image/png,image/webp,image/gif,image/avif";

interface Props {
  card: { id: string; handle: string | null; name: string | null; avatar: string | null };
  onChange: (avatar: string | null) => void;
}

/** One's picture: chosen, uploaded and shown here; it is everybody's once the profile is saved. */
export function Picture({ card, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    setProblem(null);
    try {
      onChange((await upload(file)).id);
    } catch (error) {
      setProblem(refusalOf(error, file.name));
    } finally {
      setBusy(false);
      if (input.current) input.current.value = "";
    }
  };
  return (
    <div className={css.picture}>
      <Avatar card={card} size="xl" />
      <div className={css.pictureActs}>
        <input
          ref={input}
          type="file"
          accept={IMAGES}
          hidden
          aria-label="Picture"
          onChange={(event) => void take(event.target.files?.[0])}
        />
        <Button size="s" busy={busy} onClick={() => input.current?.click()}>
          {card.avatar ? "Choose another picture" : "Choose a picture"}
        </Button>
        {card.avatar && (
          <Button size="s" kind="quiet" onClick={() => onChange(null)}>
            Remove it
          </Button>
        )}
        <p className={forms.hint}>Everybody sees it. Place and camera are removed from the file.</p>
        <Problem text={problem} />
      </div>
    </div>
  );
}
