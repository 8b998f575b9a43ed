import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Hash, SearchX } from "lucide-react";
import { useCallback, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import { Button } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { PageTitle } from "../../components/PageTitle";
import { FollowButton } from "../../components/people/FollowButton";
import { PersonRow } from "../../components/people/PersonRow";
import { PostCard } from "../../components/post/PostCard";
import { Skeleton } from "../../components/Skeleton";
import { Tabs } from "../../components/Tabs";
import { tagPath } from "../../lib/paths";
import { forgetSearch, keepSearch, recentSearches } from "../../lib/recent";
import { foundPeopleQuery, foundPostsQuery, foundTagsQuery } from "../../queries/search";
import { useMe } from "../../session/session";
import { Recent } from "./Recent";
import { SearchBox } from "./SearchBox";
import css from "./search.module.css";

const PLACES = { people: "People", posts: "Posts", tags: "Hashtags" } as const;
type Place = keyof typeof PLACES;

/** Search: what for, and where, are in the address. */
export function Component() {
  const [params, setParams] = useSearchParams();
  const account = useMe()?.profile.id ?? "visitor";
  const q = (params.get("q") ?? "").trim();
  const place = placeOf(params.get("in"));
  const ask = useCallback(
    (wanted: string) => setParams(paramsOf(wanted, place), { replace: true, preventScrollReset: true }),
    [place, setParams],
  );
  return (
    <>
      <PageTitle title={q ? `Search: ${q}` : "Search"} />
      <SearchBox asked={q} onAsk={ask} onKeep={(wanted) => keepSearch(account, wanted)} />
      {q && (
        <Tabs
          label="Search in"
          replace
          tabs={(Object.keys(PLACES) as Place[]).map((name) => ({
            to: `/search?${paramsOf(q, name)}`,
            text: PLACES[name],
            now: place === name,
          }))}
        />
      )}
      {q === "" ? (
        <Before key={account} account={account} />
      ) : (
        <div onClickCapture={() => keepSearch(account, q)}>
          <Results q={q} place={place} />
        </div>
      )}
    </>
  );
}

function Before({ account }: { account: string }) {
  const [recent, setRecent] = useState(() => recentSearches(account));
  return <Recent recent={recent} onForget={(one) => setRecent(forgetSearch(account, one))} />;
}

function Results({ q, place }: { q: string; place: Place }) {
  if (place === "people") return <FoundPeople q={q} />;
  return place === "posts" ? <FoundPosts q={q} /> : <FoundTags q={q} />;
}

function FoundPeople({ q }: { q: string }) {
  const query = useInfiniteQuery(foundPeopleQuery(q));
  return (
    <List
      query={query}
      keyOf={(one) => one.account}
      empty={<Nothing what="Nobody" hint="Names and handles are found by how their words begin." />}
    >
      {({ account, profile, bio, viewer }) => (
        <PersonRow key={account} card={profile} viewer={viewer} text={bio}>
          <FollowButton card={profile} viewer={viewer} />
        </PersonRow>
      )}
    </List>
  );
}

function FoundPosts({ q }: { q: string }) {
  const query = useInfiniteQuery(foundPostsQuery(q));
  const hint = "Fewer words find more. “In quotes” looks for words in a row, -word leaves posts out.";
  return (
    <List query={query} keyOf={(post) => post.id} empty={<Nothing what="No posts" hint={hint} />}>
      {(post) => <PostCard key={post.id} post={post} />}
    </List>
  );
}

function FoundTags({ q }: { q: string }) {
  const { data, error, isPending, refetch } = useQuery(foundTagsQuery(q));
  if (isPending) return <Skeleton rows={4} />;
  if (!data) {
    return (
      <Empty title="This could not be searched" text={sentenceOf(error)}>
        <Button onClick={() => void refetch()}>Try again</Button>
      </Empty>
    );
  }
  if (data.items.length === 0)
    return <Nothing what="No hashtags" hint="Hashtags are found by how they begin." />;
  return (
    <ul className={`plain ${css.tags}`}>
      {data.items.map(({ tag, posts }) => (
        <li key={tag}>
          <Link to={tagPath(tag)}>
            <Hash aria-hidden="true" />
            <span dir="auto">{tag}</span>
            <small>{posts === 1 ? "1 post" : `${posts.toLocaleString("en")} posts`}</small>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Nothing({ what, hint }: { what: string; hint: string }) {
  return <Empty icon={<SearchX size={36} />} title={`${what} found`} text={hint} />;
}

const placeOf = (text: string | null): Place =>
  text !== null && text in PLACES ? (text as Place) : "people";

function paramsOf(q: string, place: Place): URLSearchParams {
  return new URLSearchParams({ ...(q ? { q } : {}), ...(place === "people" ? {} : { in: place }) });
}
