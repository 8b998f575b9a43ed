import { Heart, MessageCircle, Quote, Repeat2 } from "lucide-react";
import type { ReactNode } from "react";
import { Link, useNavigate } from "react-router";
import type { Post } from "../../api/types";
import { postPath } from "../../lib/paths";
import { useReaction } from "../../queries/posts";
import { useMe } from "../../session/session";
import { useSignInFirst } from "../../session/signInFirst";
import { AnchoringSign } from "./Anchoring";
import css from "./PostActs.module.css";
import { useAnchoring } from "./useAnchoring";

/** What one can do with a post, with how many did; and how far its proof is. */
export function PostActs({ post, long }: { post: Post; long?: boolean }) {
  const me = useMe();
  const navigate = useNavigate();
  const signInFirst = useSignInFirst();
  const like = useReaction("like", post);
  const repost = useReaction("repost", post);
  const anchoring = useAnchoring(post, long ?? false);
  const liked = post.viewer?.liked ?? false;
  const reposted = post.viewer?.reposted ?? false;
  const isPublic = post.audience === "public";
  const unless = (act: () => void) => () => (me ? act() : signInFirst());
  return (
    <div className={css.acts}>
      <Link
        to={`${postPath(post.id)}#reply`}
        className={css.act}
        aria-label={`Answer, ${post.counts.comments} answers`}
      >
        <MessageCircle />
        <Count value={post.counts.comments} />
      </Link>
      <Act
        label={`${reposted ? "Take the repost back" : "Repost"}, ${post.counts.reposts} reposts`}
        pressed={reposted}
        className={css.repost}
        disabled={!isPublic}
        why={isPublic ? "Repost" : "Only public posts can be passed on"}
        count={post.counts.reposts}
        onClick={unless(() => repost.mutate(!reposted))}
      >
        <Repeat2 />
      </Act>
      <Act
        label={`Quote, ${post.counts.quotes} quotes`}
        disabled={!isPublic}
        why={isPublic ? "Quote" : "Only public posts can be passed on"}
        count={post.counts.quotes}
        onClick={unless(() => navigate(`/posts/new?quote=${post.id}`))}
      >
        <Quote />
      </Act>
      <Act
        label={`${liked ? "Take the like back" : "Like"}, ${post.counts.likes} likes`}
        pressed={liked}
        className={css.like}
        why={liked ? "Take the like back" : "Like"}
        count={post.counts.likes}
        onClick={unless(() => like.mutate(!liked))}
      >
        <Heart fill={liked ? "currentColor" : "none"} />
      </Act>
      <span className={css.state}>
        <AnchoringSign post={post.id} anchoring={anchoring} long={long} />
      </span>
    </div>
  );
}

interface ActProps {
  label: string;
  why: string;
  count: number;
  pressed?: boolean;
  disabled?: boolean;
  className?: string;
  onClick: () => void;
  children: ReactNode;
}

function Act({ label, why, count, pressed, disabled, className, onClick, children }: ActProps) {
  return (
    <button
      type="button"
      className={`${css.act} ${className ?? ""}`}
      aria-label={label}
      aria-pressed={pressed}
      disabled={disabled}
      title={why}
      onClick={onClick}
    >
      {children}
      <Count value={count} />
    </button>
  );
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function Count({ value }: { value: number }) {
  return (
    <span className={css.count} aria-hidden="true">
      {value > 0 ? compact.format(value) : ""}
    </span>
  );
}
