import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Post } from "../../api/types";
import { postPath } from "../../lib/paths";
import { exactTime } from "../../lib/time";
import css from "./PostCard.module.css";

type Marked = Pick<Post, "id" | "edited_at" | "signed" | "audience">;

/** Beside a post's time: whether it was edited, is unsigned, and is for followers. */
export function Marks({ post }: { post: Marked }): ReactNode {
  return (
    <>
      {post.edited_at && (
        <Link
          to={`${postPath(post.id)}/history`}
          className={css.mark}
          title={`Edited ${exactTime(post.edited_at)}. See every version.`}
        >
          edited
        </Link>
      )}
      {!post.signed && (
        <span className={css.mark} title="Nobody signed this: the server alone says whose it is">
          unsigned
        </span>
      )}
      {post.audience === "followers" && (
        <span className={css.mark} title="Only followers see this here">
          <Lock aria-hidden="true" />
          <span className="visually-hidden">For followers</span>
        </span>
      )}
    </>
  );
}
