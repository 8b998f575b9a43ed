import { useInfiniteQuery } from "@tanstack/react-query";
import { Hash } from "lucide-react";
import { useParams } from "react-router";
import { ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { PageTitle } from "../../components/PageTitle";
import { PostCard } from "../../components/post/PostCard";
import { tagQuery } from "../../queries/search";

/** Posts with a hashtag, newest first. */
export function Component() {
  const { tag = "" } = useParams();
  return <Tagged key={tag} tag={tag} />;
}

function Tagged({ tag }: { tag: string }) {
  const query = useInfiniteQuery(tagQuery(tag));
  return (
    <>
      <PageTitle title={`#${tag}`} back="/search?in=tags" />
      <List
        query={query}
        keyOf={(post) => post.id}
        empty={
          <Empty
            icon={<Hash size={36} />}
            title={`Nothing with #${tag} yet`}
            text="Write a post with it, and it comes here."
          >
            <ButtonLink to="/posts/new" kind="primary">
              Write a post
            </ButtonLink>
            <ButtonLink to={`/search?${new URLSearchParams({ q: tag, in: "tags" })}`}>
              Look for others
            </ButtonLink>
          </Empty>
        }
      >
        {(post) => <PostCard key={post.id} post={post} />}
      </List>
    </>
  );
}
