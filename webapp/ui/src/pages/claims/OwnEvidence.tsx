import { Download } from "lucide-react";
import { sentenceOf } from "../../api/problem";
import { notice } from "../../app/notices";
import { Button } from "../../components/Button";
import type { Claim } from "../../lib/claims";
import { saveFile } from "../../lib/save";
import { privateFile } from "../../queries/claims";
import css from "./claims.module.css";

const ENDINGS: Record<string, string> = {
  "application/pdf": "pdf",
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
};

export const fileName = (number: number, mime: string): string =>
  `evidence-${number}.${ENDINGS[mime] ?? "txt"}`;

/** What one gave the moderators to see. */
export function OwnEvidence({ claim }: { claim: Claim }) {
  return (
    <ul className={`plain ${css.files}`} aria-label="Your evidence">
      {claim.evidence.map(({ id, mime, size }, index) => (
        <li key={id}>
          <span>
            {mime === "text/plain" ? "Text" : mime} <small>{Math.ceil(size / 1000)} kB</small>
          </span>
          <Button
            size="s"
            kind="quiet"
            icon={<Download size={16} aria-hidden="true" />}
            aria-label={`Download piece ${index + 1} of your evidence`}
            onClick={() => void get(`/api/v1/claims/${claim.id}/evidence/${id}`, fileName(index + 1, mime))}
          >
            Download
          </Button>
        </li>
      ))}
    </ul>
  );
}

/** Fetch a file that only some may read, and hand it to the browser. */
export async function get(path: string, name: string): Promise<void> {
  try {
    saveFile(await privateFile(path), name);
  } catch (error) {
    notice({ tone: "bad", text: `Not downloaded: ${sentenceOf(error)}` });
  }
}
