import { useEffect, useState } from "react";
import { PageTitle } from "../../components/PageTitle";
import { useKeptOffline } from "../../offline/keep";
import { MAX_BUNDLE_BYTES, warmUp } from "../../proof";
import { Loud } from "../../receipt/Conclusion";
import { TrustForm } from "../../receipt/TrustForm";
import { useTrust } from "../../receipt/useTrust";
import { DropZone } from "./DropZone";
import { viewOf } from "./kinds";
import css from "./verify.module.css";

interface Chosen {
  name: string;
  data: Uint8Array;
  View: ReturnType<typeof viewOf>;
}

/** Checks a proof from anybody, in this browser alone: with the server cut off as well. */
export function Component() {
  const trust = useTrust();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => void warmUp(), []);
  const choose = async (file: Blob, name: string) => {
    setProblem(null);
    setChosen(null);
    try {
      // One byte more than a proof may have: the reader refuses what is longer.
      const data = new Uint8Array(await file.slice(0, MAX_BUNDLE_BYTES + 1).arrayBuffer());
      setChosen({ name, data, View: viewOf(data) });
    } catch {
      setProblem(`${name} cannot be read. If it is a folder, open it and choose the file.`);
    }
  };
  return (
    <>
      <PageTitle title="Verify a proof" back="/" />
      <div className={css.page}>
        <p className={css.about}>
          A proof is a file that shows who wrote something and when; a claim file shows who vouches for whom.
          It is checked here, by code that believes nothing in it and nothing that this server says.
        </p>
        <DropZone onFile={(file, name) => void choose(file, name)} />
        <OfflineLine />
        {problem && (
          <Loud title="No file" bad>
            {problem}
          </Loud>
        )}
        {chosen ? <Judged chosen={chosen} trust={trust} /> : <TrustForm state={trust} />}
      </div>
    </>
  );
}

function Judged({
  chosen: { name, data, View },
  trust,
}: {
  chosen: Chosen;
  trust: ReturnType<typeof useTrust>;
}) {
  return (
    <section className={css.judged} aria-label={`What ${name} proves`}>
      <p className={css.file}>
        <strong>{name}</strong>, {data.length.toLocaleString("en")} bytes
      </p>
      <View data={data} trust={trust} api={location.origin} />
    </section>
  );
}

function OfflineLine() {
  const kept = useKeptOffline();
  return (
    <p className={css.small} role="status">
      {kept === "yes" && "This page is kept in your browser and opens without the server."}
      {kept === "impossible" && "This page works without the server as long as it stays open."}
    </p>
  );
}
