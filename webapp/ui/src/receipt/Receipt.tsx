import { Download } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Button } from "../components/Button";
import { Skeleton } from "../components/Skeleton";
import { type Bundle, leafOf, MEDIA_TYPE, type Report, resultOf, typeName } from "../proof";
import { Bounds } from "./Bounds";
import { ClaimFacts } from "./ClaimFacts";
import { Conclusion, Loud } from "./Conclusion";
import { type Checked, isUnusable } from "./check";
import { commandFor, fileName } from "./command";
import { ExactText } from "./ExactText";
import { Facts } from "./Facts";
import { messageFacts, placeFacts } from "./facts";
import { CopyButton, Hash } from "./Hash";
import { Hashes } from "./Hashes";
import { Held } from "./Held";
import { type HeldFile, judgeFile, namesFiles } from "./heldFile";
import { PathTree } from "./PathTree";
import css from "./Receipt.module.css";
import { TrustForm } from "./TrustForm";
import { useChecked } from "./useChecked";
import type { TrustState } from "./useTrust";
import { Verdicts } from "./Verdicts";

interface Props {
  /** The bundle's file, byte by byte. */
  data: Uint8Array;
  trust: TrustState;
  /** Where its log can be read, if anywhere. */
  api: string | null;
  /** What else is wrong, for instance that it is the proof of something else; red and loud. */
  problems?: (bundle: Bundle) => string[];
}

/** A proof laid open: verdicts first, then all that they rest on, computed in this browser. */
export function Receipt({ data, trust, api, problems }: Props) {
  const check = useChecked(data, trust.trust, api);
  const [held, setHeld] = useState<HeldFile | null>(null);
  const { result } = check;
  if (check.broken) {
    return (
      <Loud title="The verifier failed" bad>
        This is a fault of this page and says nothing of the file: {check.broken}
      </Loud>
    );
  }
  if (result === null) return <Skeleton rows={4} label="Checking the proof" />;
  if (isUnusable(result)) {
    return (
      <Loud title="This is no usable proof" bad>
        Nothing in it was judged. {result.unusable}
      </Loud>
    );
  }
  const { bundle, report } = result;
  const file = held && judgeFile(bundle, held.digest);
  const wrong = problems?.(bundle) ?? [];
  return (
    <div className={css.receipt}>
      {wrong.map((problem) => (
        <Loud key={problem} title="Mismatch" bad>
          {problem}
        </Loud>
      ))}
      <Conclusion checked={result} busy={check.busy} mismatch={wrong.length > 0} file={file} />
      <Part title="What it rests on">
        <TrustForm state={trust} />
      </Part>
      <Part title="Verdict for each claim">
        <Verdicts report={report} />
        <div className={css.acts}>
          {check.readLog && (
            <Button size="s" onClick={check.readLog}>
              Read the whole log too
            </Button>
          )}
          <Button size="s" kind="quiet" busy={check.busy} onClick={check.again}>
            Check again
          </Button>
          <span className={css.took}>checked in this browser in {spellTook(result.milliseconds)}</span>
        </div>
      </Part>
      {namesFiles(bundle) && (
        <Part title="The file beside it">
          <Held bundle={bundle} held={held} onHeld={setHeld} />
        </Part>
      )}
      {report.claims.length > 0 && (
        <Part title="What is claimed of the author">
          <p className={css.about}>
            These came with the proof. Each is judged on its own, as it stood when the record was anchored,
            and proves nothing about the record.
          </p>
          {report.claims.map((claim, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a file may carry one claim twice
            <div key={index} className={css.media}>
              <ClaimFacts report={claim} />
            </div>
          ))}
        </Part>
      )}
      <Contents checked={result} />
      <Part title="Take it with you">
        <Taking data={data} bundle={bundle} command={commandFor(bundle, trust.trust, api, held?.name)} />
      </Part>
    </div>
  );
}

function Contents({ checked: { bundle, report, hashes, path } }: { checked: Checked }) {
  const { message, anchor, entry } = bundle;
  return (
    <>
      <Part title={`What was signed: a ${typeName(bundle.kind)}`}>
        <Signer bundle={bundle} report={report} />
        {message?.text !== undefined && <ExactText text={message.text} label="The exact text" />}
        {message?.about !== undefined && <ExactText text={message.about} label="What it is about" />}
        {message?.media?.map((item) => (
          <div key={item.digest} className={css.media}>
            <Facts
              facts={[
                { name: "File", value: item.mime },
                { name: "SHA-256", value: item.digest, hash: true },
              ]}
            />
            {item.alt !== "" && <ExactText text={item.alt} label="Described as" />}
          </div>
        ))}
        {message && <Facts facts={messageFacts(message)} />}
      </Part>
      <Part title="When">
        <Bounds report={report} />
      </Part>
      <Part title="Hashes">
        <Hashes steps={hashes} />
      </Part>
      <Part title="Path to the root">
        <PathTree leaf={leafOf(entry)} steps={path} root={anchor?.root ?? null} />
      </Part>
      <Part title="Place in the log and on the chain">
        <Facts facts={placeFacts(bundle)} />
      </Part>
    </>
  );
}

function Signer({ bundle, report }: { bundle: Bundle; report: Report }) {
  const { author } = bundle.entry;
  const { verdict } = resultOf(report, "author");
  const facts = [{ name: "Author", value: author, hash: true }];
  return (
    <div className={css.signer}>
      <Facts facts={facts} />
      {report.unsigned ? (
        <p>Signed by nobody. Account {bundle.account ?? "unknown"}, says the server.</p>
      ) : (
        report.signer !== null && (
          <p>
            {verdict === "pass" ? "Signed by" : "The signature names"}{" "}
            {report.signer === author ? (
              "the author itself"
            ) : (
              <Hash value={report.signer} name="the signer" />
            )}
            {verdict === "pass" && report.signer !== author && ", a device that the author allowed"}.
          </p>
        )
      )}
    </div>
  );
}

function Taking({ data, bundle, command }: { data: Uint8Array; bundle: Bundle; command: string }) {
  return (
    <>
      <p className={css.about}>The file proves the same to anybody, long after this server is gone.</p>
      <div className={css.acts}>
        <Button icon={<Download size={20} aria-hidden="true" />} onClick={() => save(data, fileName(bundle))}>
          Download the proof
        </Button>
      </div>
      <p className={css.about}>Check it with the command line, with the pins above:</p>
      <div className={css.command}>
        <code>{command}</code>
        <CopyButton value={command} name="the command" />
      </div>
    </>
  );
}

function save(data: Uint8Array, name: string): void {
  const url = URL.createObjectURL(new Blob([data as BlobPart], { type: MEDIA_TYPE }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function spellTook(milliseconds: number): string {
  return milliseconds < 1_000
    ? `${Math.max(1, Math.round(milliseconds))} ms`
    : `${(milliseconds / 1_000).toFixed(1)} s`;
}

/** One part of what is shown, under its heading. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.part}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
