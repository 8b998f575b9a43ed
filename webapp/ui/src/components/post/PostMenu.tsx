import {
  Ban,
  Flag,
  History,
  Link2,
  Pencil,
  ShieldCheck,
  Trash2,
  UserRound,
  Volume2,
  VolumeX,
} from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { Post } from "../../api/types";
import { copyLink } from "../../app/copy";
import { personPath, postPath } from "../../lib/paths";
import { useRelation } from "../../queries/relations";
import { useMe } from "../../session/session";
import { Menu } from "../Menu";
import { nameOf } from "../Person";
import { DeleteDialog } from "./DeleteDialog";
import { ReportDialog } from "./ReportDialog";

type Open = "delete" | "report" | null;

/** What is done seldom: edit and delete one's own; report, mute and block for those of others. */
export function PostMenu({ post }: { post: Post }) {
  const me = useMe();
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open>(null);
  const own = me?.profile.id === post.account;
  const name = post.profile ? nameOf(post.profile) : "this person";
  const { mutate } = useRelation(post.account, name);
  const muted = post.viewer?.muted ?? false;
  return (
    <>
      <Menu
        label="More"
        items={[
          { text: "Receipt", icon: <ShieldCheck />, run: () => navigate(`${postPath(post.id)}/receipt`) },
          { text: "Copy the link", icon: <Link2 />, run: () => void copyLink(postPath(post.id)) },
          post.version > 1 && {
            text: "Every version",
            icon: <History />,
            run: () => navigate(`${postPath(post.id)}/history`),
          },
          own && { text: "Edit", icon: <Pencil />, run: () => navigate(`${postPath(post.id)}/edit`) },
          own && { text: "Delete", icon: <Trash2 />, danger: true, run: () => setOpen("delete") },
          !own &&
            post.profile && {
              text: `See ${name}`,
              icon: <UserRound />,
              run: () => navigate(personPath(post.profile)),
            },
          me &&
            !own && {
              text: muted ? "Unmute" : "Mute",
              icon: muted ? <Volume2 /> : <VolumeX />,
              run: () => mutate({ kind: "mute", on: !muted }),
            },
          me &&
            !own && {
              text: "Block",
              icon: <Ban />,
              danger: true,
              run: () => mutate({ kind: "block", on: true }),
            },
          me && !own && { text: "Report", icon: <Flag />, danger: true, run: () => setOpen("report") },
        ]}
      />
      {open === "delete" && me && <DeleteDialog me={me} post={post} onClose={() => setOpen(null)} />}
      {open === "report" && <ReportDialog type="post" subject={post.id} onClose={() => setOpen(null)} />}
    </>
  );
}
