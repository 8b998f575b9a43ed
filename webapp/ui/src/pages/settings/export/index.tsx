import { useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { sentenceOf } from "../../../api/problem";
import { notice } from "../../../app/notices";
import { Button } from "../../../components/Button";
import { Skeleton } from "../../../components/Skeleton";
import { Time } from "../../../components/Time";
import forms from "../parts/forms.module.css";
import { Lead, Part, Problem, Row, Rows } from "../parts/Part";
import css from "./export.module.css";
import { type Export, exportsQuery, isOpen, useExports } from "./useExports";
import { sizeWords } from "./words";

/** All that is kept of me, as one file. */
export default function ExportData() {
  const { ask, found, earlier, loading, problem } = useExports();
  const ready = found?.state === "ready";
  return (
    <>
      <Lead>
        A ZIP file with your profile, posts in every version, messages that you may read, media, settings and
        the proof of each post, which <code>troth verify</code> checks without this server.
      </Lead>
      <Part title={found ? "Your export" : "Ask for an export"}>
        {loading ? <Skeleton rows={1} /> : found && <State found={found} />}
        <Problem text={problem} />
        <div className={forms.acts}>
          {ready && <Fetch found={found} />}
          {!(found && isOpen(found)) && (
            <Button kind={ready ? "outline" : "primary"} busy={ask.isPending} onClick={() => ask.mutate()}>
              {found ? "Ask for a new one" : "Ask for an export"}
            </Button>
          )}
        </div>
        {ready && (
          <p className={css.small}>A new one takes the place of this one. Keep the file to yourself.</p>
        )}
      </Part>
      {earlier.length > 0 && (
        <Part title="Before">
          <Rows>
            {earlier.map((one) => (
              <Earlier key={one.id} one={one} />
            ))}
          </Rows>
        </Part>
      )}
    </>
  );
}

function State({ found }: { found: Export }) {
  switch (found.state) {
    case "waiting":
    case "running":
      return (
        <p role="status" className={css.state}>
          <span className={css.pulse} aria-hidden="true" />
          {found.state === "waiting" ? "It waits for its turn." : "It is being written."} You may leave this
          page; it goes on.
        </p>
      );
    case "ready":
      return (
        <p role="status" className={css.state}>
          Ready{found.size !== null && `, ${sizeWords(found.size)}`}.
          {found.created_at && (
            <span>
              Requested <Time at={found.created_at} />.
            </span>
          )}
          {found.expires_at && (
            <span>
              It is deleted <Time at={found.expires_at} />.
            </span>
          )}
        </p>
      );
    case "failed":
      return (
        <p role="alert">It could not be written. Ask for a new one; if that fails too, tell the operator.</p>
      );
    case "expired":
      return <p>It was deleted, as each export is after a day. Ask for a new one.</p>;
  }
}

function Earlier({ one }: { one: Export }) {
  return (
    <Row title={one.state === "failed" ? "Not written" : "Deleted"}>
      {one.created_at && (
        <p>
          Requested <Time at={one.created_at} />
          {one.size !== null && `; it had ${sizeWords(one.size)}`}.
        </p>
      )}
    </Row>
  );
}

function Fetch({ found }: { found: Export }) {
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const fetchIt = async () => {
    setBusy(true);
    try {
      // Asked first, so that the session is fresh and what is offered is still there.
      const now = await queries.fetchQuery(exportsQuery);
      if (now.find(({ id }) => id === found.id)?.state !== "ready") return;
      const href = `/api/v1/me/exports/${found.id}/download`;
      Object.assign(document.createElement("a"), { href, download: "" }).click();
    } catch (error) {
      notice({ tone: "bad", text: sentenceOf(error) });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button kind="primary" icon={<Download size={18} aria-hidden="true" />} busy={busy} onClick={fetchIt}>
      Download
    </Button>
  );
}
