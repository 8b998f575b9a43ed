import type { ClaimReport } from "../proof";
import { ExactText } from "./ExactText";
import { Facts } from "./Facts";
import { ClaimVerdicts } from "./Verdicts";

const KINDS: Record<string, string> = {
  domain: "Domain",
  email: "E-mail address",
  handle: "Handle",
  person: "Person",
};

/** What a claim file says of whom, who vouches for it, and whether that holds. */
export function ClaimFacts({ report }: { report: ClaimReport }) {
  const { kind, value, subject, issuer } = report;
  return (
    <>
      <ExactText text={value} label={KINDS[kind] ?? `Claim of the sort ${kind}`} />
      <Facts
        facts={[
          { name: "About", value: subject, hash: true },
          { name: "Issuer", value: issuer, hash: true },
        ]}
      />
      <ClaimVerdicts report={report} />
    </>
  );
}
