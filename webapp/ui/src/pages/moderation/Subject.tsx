import { useInfiniteQuery } from "@tanstack/react-query";
import { FileSearch } from "lucide-react";
import { useEffect } from "react";
import { Link } from "react-router";
import { sentenceOf } from "../../api/problem";
import { Button, ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { Skeleton } from "../../components/Skeleton";
import { reportsQuery, type SubjectType } from "../../queries/moderation";
import css from "./moderation.module.css";
import { ReportedCard } from "./ReportedCard";
import { TYPES } from "./words";

interface Props {
  account: string;
  type: SubjectType;
  id: string;
}

/** One subject whole, and what else was reported about the same person. */
export function Subject({ account, type, id }: Props) {
  const query = useInfiniteQuery(reportsQuery({ account }));
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch, isPending } = query;
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const item = items.find((one) => one.type === type && one.subject === id);
  const others = items.filter((one) => one !== item);
  const look = !item && hasNextPage && !isFetchingNextPage && !error;
  useEffect(() => {
    if (look) void fetchNextPage();
  }, [look, fetchNextPage]);
  return (
    <>
      <PageTitle title={`Reported: ${(TYPES[type] ?? type).toLowerCase()}`} back="/moderation" />
      {!item && (isPending || hasNextPage) && !error && <Skeleton rows={3} />}
      {error && (
        <Empty title="This could not be loaded" text={sentenceOf(error)}>
          <Button onClick={() => void refetch()}>Try again</Button>
        </Empty>
      )}
      {!item && !isPending && !hasNextPage && !error && (
        <Empty
          icon={<FileSearch size={36} />}
          title="There is no report about this"
          text="It may be about yourself, or its reports were erased with an account."
        >
          <ButtonLink to="/moderation">All reports</ButtonLink>
        </Empty>
      )}
      {item && <ReportedCard item={item} whole />}
      {item && (
        <p className={css.more}>
          {type === "post" && <Link to={`/posts/${id}`}>See the post in its thread</Link>}
          <Link to={`/people/${account}`}>See the person</Link>
        </p>
      )}
      {item && others.length > 0 && (
        <section aria-labelledby="others">
          <h2 id="others" className={css.section}>
            Also reported about this person
          </h2>
          {others.map((one) => (
            <ReportedCard key={`${one.type}.${one.subject}`} item={one} />
          ))}
          {hasNextPage && (
            <p className={css.more}>
              <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                More
              </Button>
            </p>
          )}
        </section>
      )}
    </>
  );
}
