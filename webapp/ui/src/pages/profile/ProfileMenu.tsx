import { useQueryClient } from "@tanstack/react-query";
import { Ban, Flag, Link2, LogOut, Scale, Settings, ShieldAlert, Volume2, VolumeX } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { sentenceOf } from "../../api/problem";
import type { User } from "../../api/types";
import { copyLink } from "../../app/copy";
import { notice } from "../../app/notices";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Menu } from "../../components/Menu";
import { nameOf } from "../../components/Person";
import { ReportDialog } from "../../components/post/ReportDialog";
import { personPath } from "../../lib/paths";
import { canModerate } from "../../lib/roles";
import { useRelation } from "../../queries/relations";
import { signOut, useMe } from "../../session/session";

type Open = "report" | "block" | null;

/** What is done seldom: mute, block and report somebody; for oneself, the ways to where no bar leads. */
export function ProfileMenu({ person, own }: { person: User; own: boolean }) {
  const me = useMe();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [open, setOpen] = useState<Open>(null);
  const name = nameOf(person);
  const { mutate } = useRelation(person.id, name);
  const muted = person.viewer?.muted ?? false;
  const blocking = person.viewer?.blocking ?? false;
  const other = me && !own;
  const leave = () =>
    signOut(queries).catch((error: unknown) => notice({ tone: "bad", text: sentenceOf(error) }));
  return (
    <>
      <Menu
        label={`More about ${name}`}
        items={[
          { text: "Copy the link", icon: <Link2 />, run: () => void copyLink(personPath(person)) },
          own && { text: "Settings", icon: <Settings />, run: () => navigate("/settings") },
          own && {
            text: "What moderators decided",
            icon: <Scale />,
            run: () => navigate("/moderation/mine"),
          },
          own &&
            me &&
            canModerate(me) && {
              text: "Moderation",
              icon: <ShieldAlert />,
              run: () => navigate("/moderation"),
            },
          own && { text: "Sign out", icon: <LogOut />, run: () => void leave() },
          other && {
            text: muted ? "Unmute" : "Mute",
            icon: muted ? <Volume2 /> : <VolumeX />,
            run: () => mutate({ kind: "mute", on: !muted }),
          },
          other && {
            text: blocking ? "Unblock" : "Block",
            icon: <Ban />,
            danger: !blocking,
            run: () => (blocking ? mutate({ kind: "block", on: false }) : setOpen("block")),
          },
          other && { text: "Report", icon: <Flag />, danger: true, run: () => setOpen("report") },
        ]}
      />
      {open === "report" && <ReportDialog type="account" subject={person.id} onClose={() => setOpen(null)} />}
      {open === "block" && (
        <Dialog
          title={`Block ${name}?`}
          onClose={() => setOpen(null)}
          acts={
            <>
              <Button onClick={() => setOpen(null)}>Cancel</Button>
              <Button
                kind="danger"
                onClick={() => {
                  setOpen(null);
                  mutate({ kind: "block", on: true });
                }}
              >
                Block
              </Button>
            </>
          }
        >
          <p>
            You no longer see each other here, and neither follows nor writes to the other. {name} is not
            told. You can unblock whenever you like; following begins anew then.
          </p>
        </Dialog>
      )}
    </>
  );
}
