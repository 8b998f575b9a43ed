import { FileX2, Repeat2 } from "lucide-react";
import { lazy, type MouseEvent, type Ref, Suspense } from "react";
import { Link, useNavigate } from "react-router";
import type { FeedItem, Post } from "../../api/types";
import { personPath, postPath } from "../../lib/paths";
import { exactTime } from "../../lib/time";
import { useErasing, usePendingEdit } from "../../queries/usePending";
import { useMe } from "../../session/session";
import { shortAddress } from "../../wallet/names";
import { Avatar } from "../Avatar";
import { nameOf, PersonName } from "../Person";
import { RichText } from "../RichText";
import { Time } from "../Time";
import { Marks } from "./Marks";
import { Media } from "./Media";
import { PendingCard } from "./PendingCard";
import { PostActs } from "./PostActs";
import css from "./PostCard.module.css";
import { PostMenu } from "./PostMenu";
import { Quoted } from "./Quoted";
import { useFocusKept } from "./useFocusKept";

const PostBadges = lazy(async () => ({ default: (await import("../badges/PostBadges")).PostBadges }));
const PostTokens = lazy(async () => ({ default: (await import("../tokens/PostTokens")).PostTokens }));

interface Props {
  post: Post | FeedItem;
  /** `focal`: the one that a page is about. `line`: another one of its thread follows. */
  focal?: boolean;
  line?: boolean;
}

/** A post as it stands in every list. */
export function PostCard({ post, focal, line }: Props) {
  const navigate = useNavigate();
  const account = useMe()?.profile.id;
  const erasing = useErasing(account, post.id);
  const edit = usePendingEdit(account, post.id);
  const gone = post.deleted_at !== null || erasing;
  const ref = useFocusKept(gone, post.account === account);
  if (gone) return <Erased post={post} ref={ref} />;
  if (edit) return <PendingCard post={edit} />;
  const open = (event: MouseEvent) => {
    // The whole card leads to the post; what is a control of its own does what it does, and text can be marked.
    const on =
      event.target instanceof Element
        ? event.target.closest("a, button, video, dialog, [role=menu], [role=group]")
        : null;
    if (!focal && on === null && !getSelection()?.toString()) navigate(postPath(post.id));
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the time is a link that does the same
    <article
      ref={ref}
      tabIndex={-1}
      className={`${css.card} ${focal ? css.focal : css.open}`}
      onClick={open}
      aria-label={`Post by ${nameOf(card(post))}`}
    >
      {"reposted_by" in post && post.reposted_by && (
        <p className={css.why}>
          <Repeat2 aria-hidden="true" />
          <Link to={personPath(post.reposted_by)}>{nameOf(post.reposted_by)} reposted</Link>
        </p>
      )}
      <div className={css.side}>
        <Link to={personPath(card(post))} tabIndex={-1} aria-hidden="true">
          <Avatar card={post.profile ?? card(post)} />
        </Link>
        {line && <span className={css.line} />}
      </div>
      <div className={css.body}>
        <header className={css.head}>
          <PersonName card={card(post)} />
          {post.badges.length > 0 && (
            <Suspense fallback={null}>
              <PostBadges badges={post.badges} />
            </Suspense>
          )}
          {!focal && post.created_at && (
            <>
              <span aria-hidden="true">·</span>
              <Link to={postPath(post.id)} className={css.time}>
                <Time at={post.created_at} />
              </Link>
            </>
          )}
          <Marks post={post} />
          <span className={css.menu}>
            <PostMenu post={post} />
          </span>
        </header>
        <Text post={post} />
        <Media items={post.media} />
        {post.media.some(({ asset }) => asset) && (
          <Suspense fallback={null}>
            <PostTokens items={post.media} />
          </Suspense>
        )}
        {post.quoted && <Quoted id={post.quoted} content={post.quotes} />}
        {focal && post.created_at && (
          <p className={css.exact}>
            <time dateTime={post.created_at}>{exactTime(post.created_at)}</time>
          </p>
        )}
        <PostActs post={post} long={focal} />
      </div>
    </article>
  );
}

function Text({ post }: { post: Post }) {
  if (!post.text) return null;
  return (
    <p className={css.text} dir="auto">
      <RichText text={post.text} />
    </p>
  );
}

/** What is left of a deleted post. */
function Erased({ post, ref }: { post: Post; ref: Ref<HTMLElement> }) {
  return (
    <article ref={ref} tabIndex={-1} className={css.erased} aria-label="A deleted post">
      <FileX2 aria-hidden="true" />
      <p>
        Erased; the commitment remains. Text and media are gone for good, and that something was here, and
        when, can still be <Link to={`${postPath(post.id)}/receipt`}>proved</Link>.
      </p>
    </article>
  );
}

/** Who wrote it; who has neither name nor handle is called by their address. */
function card(post: Post) {
  const profile = post.profile ?? { id: post.account, handle: null, name: null, avatar: null };
  return profile.name || profile.handle ? profile : { ...profile, name: shortAddress(post.author) };
}
