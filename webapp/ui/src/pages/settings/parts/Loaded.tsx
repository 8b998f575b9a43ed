import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { sentenceOf } from "../../../api/problem";
import { Button } from "../../../components/Button";
import { Empty } from "../../../components/Empty";
import { Skeleton } from "../../../components/Skeleton";

interface Props<Data> {
  query: UseQueryResult<Data>;
  rows?: number;
  children: (data: Data) => ReactNode;
}

/** What a query found, once it is there: a skeleton before, and a way on where it failed. */
export function Loaded<Data>({ query, rows = 2, children }: Props<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isPending) return <Skeleton rows={rows} />;
  return (
    <Empty title="This could not be loaded" text={sentenceOf(query.error)}>
      <Button onClick={() => void query.refetch()}>Try again</Button>
    </Empty>
  );
}
