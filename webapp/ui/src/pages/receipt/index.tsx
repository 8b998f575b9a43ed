import { useQuery } from "@tanstack/react-query";
import { useParams, useSearchParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import { Button, ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { Skeleton } from "../../components/Skeleton";
import { Receipt } from "../../receipt/Receipt";
import { useTrust } from "../../receipt/useTrust";
import { mismatches } from "./mismatch";
import { isNotSealed, receiptQuery } from "./queries";
import css from "./receipt.module.css";

/** The receipt of a post: its proof, checked here and now in this browser. */
export function Component() {
  const { post: id = "" } = useParams();
  const content = useSearchParams()[0].get("content");
  const { data, error, isPending, refetch } = useQuery(receiptQuery(id, content));
  const trust = useTrust();
  return (
    <>
      <PageTitle title="Receipt" back={`/posts/${id}`} />
      <div className={css.page}>
        {isPending && <Skeleton rows={4} label="Fetching the proof" />}
        {isNotSealed(error) && (
          <Empty
            title="On its way into the log"
            text="This post gets its place within seconds. The receipt appears here by itself."
          />
        )}
        {error && !isNotSealed(error) && (
          <Empty title="There is no proof to show" text={sentenceOf(error)}>
            <Button onClick={() => void refetch()}>Try again</Button>
            <ButtonLink to="/verify" kind="quiet">
              Check a file instead
            </ButtonLink>
          </Empty>
        )}
        {data && (
          <Receipt
            data={data.data}
            trust={trust}
            api={location.origin}
            problems={(bundle) => mismatches(bundle, data.post, content)}
          />
        )}
      </div>
    </>
  );
}
