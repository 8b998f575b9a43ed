import { ImagePlus, X } from "lucide-react";
import { type DragEvent, useId, useRef, useState } from "react";
import { Button, IconButton } from "../../components/Button";
import type { DraftMedia } from "../../lib/drafts";
import { ACCEPTED, refusalOf, upload } from "../../queries/upload";
import forms from "../../styles/forms.module.css";
import type { MintForm } from "./form";
import css from "./mint.module.css";

const PICTURES = "image/jpeg,image/png,image/webp,image/gif,image/avif";

interface Props {
  form: MintForm;
  change: (part: Partial<MintForm>) => void;
  problem: string | undefined;
  onComing: (coming: boolean) => void;
}

/** The picture or video of a token; a video may have a picture for where nothing moves. */
export function Files({ form, change, problem, onComing }: Props) {
  const id = useId();
  const [coming, setComing] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const { image, animation } = form;
  const take = async (file: File) => {
    setComing(file.name);
    onComing(true);
    setRefused(null);
    try {
      const made = await upload(file);
      change(made.mime.startsWith("video/") ? { animation: made } : { image: made });
    } catch (error) {
      setRefused(refusalOf(error, file.name));
    } finally {
      setComing(null);
      onComing(false);
    }
  };
  const wrong = refused ?? problem;
  return (
    <div className={forms.field}>
      <span className={forms.label} id={id}>
        Picture or video
      </span>
      {animation && <Shown media={animation} onRemove={() => change({ animation: null })} />}
      {image && <Shown media={image} onRemove={() => change({ image: null })} />}
      {coming && (
        <p className={css.coming} role="status">
          Uploading {coming}…
        </p>
      )}
      {!image && !coming && (
        <Choose
          labelledBy={id}
          text={
            animation ? "Add a picture for where nothing moves (optional)" : "Choose a file, or drop it here"
          }
          accepted={animation ? PICTURES : ACCEPTED}
          invalid={Boolean(wrong)}
          onFile={take}
        />
      )}
      <p className={wrong ? forms.problem : forms.hint} role={wrong ? "alert" : undefined}>
        {wrong ?? "JPEG, PNG, WebP, GIF, AVIF, MP4 or WebM. Places and cameras are removed from it."}
      </p>
    </div>
  );
}

interface ChooseProps {
  labelledBy: string;
  text: string;
  accepted: string;
  invalid: boolean;
  onFile: (file: File) => Promise<void>;
}

function Choose({ labelledBy, text, accepted, invalid, onFile }: ChooseProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) void onFile(file);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one more way; the button does the same
    <div
      className={over ? `${css.drop} ${css.over}` : css.drop}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <ImagePlus aria-hidden="true" />
      <Button
        onClick={() => input.current?.click()}
        aria-describedby={labelledBy}
        aria-invalid={invalid || undefined}
      >
        {text}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept={accepted}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void onFile(file);
          event.target.value = "";
        }}
      />
    </div>
  );
}

function Shown({ media, onRemove }: { media: DraftMedia; onRemove: () => void }) {
  const source = `/api/v1/media/${media.id}`;
  const isVideo = media.mime.startsWith("video/");
  return (
    <div className={css.shown}>
      {isVideo ? (
        // biome-ignore lint/a11y/useMediaCaption: it is the maker's own, before anybody else sees it
        <video src={source} controls preload="metadata" aria-label="Your video" />
      ) : (
        <img src={`${source}/thumbnail?size=large`} alt="What you chose" />
      )}
      <IconButton label={`Remove the ${isVideo ? "video" : "picture"}`} onClick={onRemove}>
        <X size={18} />
      </IconButton>
    </div>
  );
}
