import { useInfiniteQuery } from "@tanstack/react-query";
import { Feather } from "lucide-react";
import type { User } from "../../api/types";
import { ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { nameOf } from "../../components/Person";
import { PendingCard } from "../../components/post/PendingCard";
import { PostCard } from "../../components/post/PostCard";
import { type PostList, personPostsQuery } from "../../queries/people";
import { usePendingPosts } from "../../queries/usePending";

/** What somebody posted, answered or likes. */
export function PostsTab({ person, list, own }: { person: User; list: PostList; own: boolean }) {
  const query = useInfiniteQuery(personPostsQuery(person.id, list));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const coming = usePendingPosts(own ? person.id : undefined, items).filter(
    ({ parent }) => list === "answers" || (list === "posts" && parent === null),
  );
  const empty = coming.length === 0 && <Nothing person={person} list={list} own={own} />;
  return (
    <>
      {coming.map((post) => (
        <PendingCard key={post.id} post={post} />
      ))}
      <List query={query} keyOf={(post) => post.id} empty={empty}>
        {(post) => <PostCard key={post.id} post={post} />}
      </List>
    </>
  );
}

function Nothing({ person, list, own }: { person: User; list: PostList; own: boolean }) {
  if (list === "likes")
    return <Empty title="You like nothing yet" text="What you like is kept here, for you alone." />;
  if (!own)
    return (
      <Empty
        icon={<Feather size={36} />}
        title="No posts to see"
        text={`${nameOf(person)} has posted nothing that you may see. Follow them, and what comes is in your home.`}
      />
    );
  return (
    <Empty
      icon={<Feather size={36} />}
      title="You have posted nothing yet"
      text="Your posts come here, each with its proof."
    >
      <ButtonLink to="/posts/new" kind="primary">
        Write the first one
      </ButtonLink>
    </Empty>
  );
}
