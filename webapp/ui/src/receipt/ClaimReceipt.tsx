import { useEffect, useState } from "react";
import { Skeleton } from "../components/Skeleton";
import {
  type ClaimReport,
  CONCLUSIONS,
  claimExitCode,
  judgeClaim,
  MalformedError,
  NodeReader,
  parseClaimFile,
} from "../proof";
import { ClaimFacts } from "./ClaimFacts";
import { Box, Loud, type Words } from "./Conclusion";
import { commandForClaim } from "./command";
import { CopyButton } from "./Hash";
import { Part } from "./Receipt";
import css from "./Receipt.module.css";
import { TrustForm } from "./TrustForm";
import type { Trust } from "./trust";
import type { TrustState } from "./useTrust";

interface Judged {
  report: ClaimReport;
  code: 0 | 1 | 3;
  offline: boolean;
}

/** A claim file, judged as things stand now. */
export function ClaimReceipt({ data, trust }: { data: Uint8Array; trust: TrustState }) {
  const found = useJudged(data, trust.trust);
  if (found === null) return <Skeleton rows={3} label="Checking the claim" />;
  if (typeof found === "string") {
    return (
      <Loud title="This is no usable claim" bad>
        Nothing in it was judged. {found}
      </Loud>
    );
  }
  const { report, code, offline } = found;
  const command = commandForClaim("claim.json", trust.trust);
  return (
    <div className={css.receipt}>
      <Box words={wordsOf(found)} code={code} busy={false} />
      {offline && <Loud title="Offline">No chain was asked, so that nobody vouches for this now.</Loud>}
      <Part title="What it rests on">
        <TrustForm state={trust} />
      </Part>
      <Part title="What is claimed">
        <ClaimFacts report={report} />
      </Part>
      <Part title="Check it with the command line">
        <div className={css.command}>
          <code>{command}</code>
          <CopyButton value={command} name="the command" />
        </div>
      </Part>
    </div>
  );
}

function wordsOf({ code, offline }: Judged): Words {
  if (code === 1) return { look: "bad", title: "Do not believe this", text: CONCLUSIONS[1] };
  if (code === 3) return { look: "wait", title: "Not decided", text: CONCLUSIONS[3] };
  const alone = "The file agrees with itself. No node was asked, so nothing shows that it holds now.";
  return { look: offline ? "wait" : "good", title: "Checked", text: offline ? alone : CONCLUSIONS[0] };
}

/** The verdicts, null while they are awaited, a sentence for a file that is no claim. */
function useJudged(data: Uint8Array, trust: Trust | null): Judged | string | null {
  const [found, setFound] = useState<Judged | string | null>(null);
  useEffect(() => {
    let stale = false;
    setFound(null);
    judge(data, trust)
      .catch((error: unknown) => (error instanceof MalformedError ? error.message : String(error)))
      .then((judged) => stale || setFound(judged));
    return () => {
      stale = true;
    };
  }, [data, trust]);
  return found;
}

async function judge(data: Uint8Array, trust: Trust | null): Promise<Judged> {
  const claim = parseClaimFile(data);
  const pins = trust?.pins ?? null;
  const offline = trust === null || pins === null || trust.rpc === "";
  const report = await judgeClaim(claim, pins, offline ? null : new NodeReader(trust.rpc));
  return { report, code: claimExitCode(report, { offline }), offline };
}
