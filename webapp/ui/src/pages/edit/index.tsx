import { useQuery } from "@tanstack/react-query";
import { Navigate, useNavigate, useParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import type { Post } from "../../api/types";
import { Composer } from "../../components/composer/Composer";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { Skeleton } from "../../components/Skeleton";
import type { Draft } from "../../lib/drafts";
import { postPath } from "../../lib/paths";
import { shortNumber } from "../../lib/tokens";
import { postQuery } from "../../queries/posts";
import { useMe } from "../../session/session";

/** Edit one's own post: a new version beside the old ones, which stay to be seen. */
export function Component() {
  const { post: id = "" } = useParams();
  const me = useMe();
  const navigate = useNavigate();
  const { data: post, error } = useQuery({ ...postQuery(id), staleTime: 0 });
  if (me === null)
    return <Navigate to={`/signin?next=${encodeURIComponent(`${postPath(id)}/edit`)}`} replace />;
  const mine = me && post && post.account === me.profile.id && post.deleted_at === null;
  return (
    <>
      <PageTitle title="Edit" back={postPath(id)} />
      {error && <Empty title="The post could not be loaded" text={sentenceOf(error)} />}
      {!error && (!me || !post) && <Skeleton rows={1} />}
      {me && post && !mine && (
        <Empty
          title="This is not yours to edit"
          text="Only its author edits a post, and only while it is there."
        />
      )}
      {mine && (
        <Composer
          key={post.content}
          me={me}
          place={`edit:${id}`}
          edits={post}
          start={draftOf(post)}
          autoFocus
          alone
          onDone={() => navigate(postPath(id), { replace: true })}
        />
      )}
    </>
  );
}

function draftOf(post: Post): Partial<Draft> {
  const media = post.media.flatMap(({ id, digest, mime, alt, width, height }) =>
    id ? [{ id, digest, mime, alt, width: width ?? 0, height: height ?? 0 }] : [],
  );
  const tokens = post.media.flatMap(({ asset, alt, digest }) =>
    asset ? [{ asset: alt, digest, name: `Token ${shortNumber(asset.token_id)}`, image: null }] : [],
  );
  return { id: post.id, base: post.content, text: post.text ?? "", audience: post.audience, media, tokens };
}
