import { useInfiniteQuery } from "@tanstack/react-query";
import { Users } from "lucide-react";
import type { Me } from "../../api/types";
import { ButtonLink } from "../../components/Button";
import { Composer } from "../../components/composer/Composer";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { PageTitle } from "../../components/PageTitle";
import { PendingCard } from "../../components/post/PendingCard";
import { PostCard } from "../../components/post/PostCard";
import { feedQuery } from "../../queries/posts";
import { usePendingPosts } from "../../queries/usePending";
import css from "./home.module.css";
import { Newer } from "./Newer";

/** What the people one follows published, and where one writes. */
export function Home({ me }: { me: Me }) {
  const account = me.profile.id;
  const query = useInfiniteQuery(feedQuery(account));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const pending = usePendingPosts(account, items);
  return (
    <>
      <PageTitle title="Home" />
      <div className={css.wideOnly}>
        <Composer me={me} place="new" />
      </div>
      <Newer account={account} feed={query.data} />
      {pending.map((post) => (
        <PendingCard key={post.id} post={post} />
      ))}
      <List query={query} keyOf={(item) => item.id} empty={pending.length === 0 && <NobodyYet />}>
        {(item) => <PostCard key={item.id} post={item} />}
      </List>
    </>
  );
}

function NobodyYet() {
  return (
    <Empty
      icon={<Users size={36} />}
      title="Your home is quiet so far"
      text="Here come your own posts, and what the people you follow post and pass on. Find somebody, or write the first one."
    >
      <ButtonLink to="/search" kind="primary">
        Find people
      </ButtonLink>
      <ButtonLink to="/posts/new">Write a post</ButtonLink>
    </Empty>
  );
}
