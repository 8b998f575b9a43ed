import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { postPath } from "../../lib/paths";
import { isAbsent, postQuery } from "../../queries/posts";
import { Avatar } from "../Avatar";
import { nameOf } from "../Person";
import { Time } from "../Time";
import css from "./Quoted.module.css";

/** The post that another one quotes. It says so where the quoted version is no longer the current one. */
export function Quoted({ id, content }: { id: string; content: string | null }) {
  const { data: post, error } = useQuery({ ...postQuery(id), staleTime: 60_000 });
  if (error)
    return (
      <p className={css.quoted}>
        {isAbsent(error) ? "The quoted post is not here for you." : "The quoted post could not be loaded."}
      </p>
    );
  if (!post) return <p className={css.quoted}>Loading the quoted post…</p>;
  if (post.deleted_at !== null || post.profile === null)
    return <p className={css.quoted}>The quoted post was erased.</p>;
  return (
    <Link to={postPath(id)} className={css.quoted}>
      <span className={css.head}>
        <Avatar card={post.profile} size="xs" />
        <strong>{nameOf(post.profile)}</strong>
        {post.created_at && <Time at={post.created_at} />}
      </span>
      <span className={css.text}>{post.text}</span>
      {post.media.length > 0 && (
        <small>{post.media.length === 1 ? "1 file" : `${post.media.length} files`}</small>
      )}
      {content !== null && content !== post.content && <small>Edited since it was quoted</small>}
    </Link>
  );
}
