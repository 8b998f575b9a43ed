import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { sentenceOf } from "../api/problem";
import { Button } from "./Button";
import { Empty } from "./Empty";
import { Skeleton } from "./Skeleton";

interface Props<Item> {
  query: UseInfiniteQueryResult<{ pages: { items: Item[] }[] }>;
  keyOf: (item: Item) => string;
  children: (item: Item) => ReactNode;
  /** What to say where there is nothing at all. */
  empty: ReactNode;
}

/** A list that goes on as one reads: skeletons first, then items, and a button where scrolling does not do. */
export function List<Item>({ query, keyOf, children, empty }: Props<Item>) {
  const { data, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query;
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!hasNextPage || isFetchingNextPage || !end.current) return;
    const watch = new IntersectionObserver(
      (seen) => {
        if (seen.some((one) => one.isIntersecting)) void fetchNextPage();
      },
      { rootMargin: "600px" },
    );
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (isPending) return <Skeleton rows={5} />;
  if (error && !data) {
    return (
      <Empty title="This could not be loaded" text={sentenceOf(error)}>
        <Button onClick={() => void refetch()}>Try again</Button>
      </Empty>
    );
  }
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const unique = [...new Map(items.map((item) => [keyOf(item), item])).values()];
  if (unique.length === 0 && !hasNextPage) return empty;
  return (
    <>
      {unique.map(children)}
      <div ref={end}>
        {isFetchingNextPage && <Skeleton rows={2} label="Loading more" />}
        {error && !isFetchingNextPage && (
          <Empty title="The rest could not be loaded" text={sentenceOf(error)}>
            <Button onClick={() => void fetchNextPage()}>Try again</Button>
          </Empty>
        )}
      </div>
    </>
  );
}
