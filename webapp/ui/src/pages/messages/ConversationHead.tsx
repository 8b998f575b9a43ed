import { Flag, LogOut, UserRound, Users } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { sentenceOf } from "../../api/problem";
import type { Me } from "../../api/types";
import { notice } from "../../app/notices";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Menu } from "../../components/Menu";
import { PageTitle } from "../../components/PageTitle";
import { nameOf } from "../../components/Person";
import { ReportDialog } from "../../components/post/ReportDialog";
import { titleOf } from "../../lib/messages";
import { personPath } from "../../lib/paths";
import { useGroupAct } from "../../queries/groups";
import { GroupDialog, type WholeConversation } from "./GroupDialog";

type Open = "members" | "leave" | "report" | null;

/** Whom one talks with, and what one can do about the conversation. */
export function ConversationHead({ me, conversation }: { me: Me; conversation: WholeConversation }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open>(null);
  const group = useGroupAct(conversation.id);
  const { other } = conversation;
  const isGroup = conversation.kind === "group";
  const leave = async () => {
    try {
      await group.mutateAsync({ is: "remove", account: me.profile.id });
      navigate("/messages", { replace: true });
      notice({ tone: "neutral", text: "You left the conversation." });
    } catch (error) {
      notice({ tone: "bad", text: `You are still in it: ${sentenceOf(error)}` });
    }
  };
  return (
    <>
      <PageTitle title={titleOf(conversation, nameOf)} back="/messages">
        {isGroup && (
          <Button
            size="s"
            kind="quiet"
            icon={<Users size={16} aria-hidden="true" />}
            aria-label={`${conversation.member_count} members`}
            onClick={() => setOpen("members")}
          >
            {conversation.member_count}
          </Button>
        )}
        <Menu
          label="More about this conversation"
          items={[
            isGroup && { text: "Members and name", icon: <Users />, run: () => setOpen("members") },
            other && {
              text: `See ${nameOf(other)}`,
              icon: <UserRound />,
              run: () => navigate(personPath(other)),
            },
            other && {
              text: "Report this person",
              icon: <Flag />,
              danger: true,
              run: () => setOpen("report"),
            },
            { text: "Leave", icon: <LogOut />, danger: true, run: () => setOpen("leave") },
          ]}
        />
      </PageTitle>
      {open === "members" && (
        <GroupDialog me={me} conversation={conversation} onClose={() => setOpen(null)} />
      )}
      {open === "report" && other && (
        <ReportDialog type="account" subject={other.id} onClose={() => setOpen(null)} />
      )}
      {open === "leave" && (
        <Dialog
          title="Leave this conversation?"
          onClose={() => setOpen(null)}
          acts={
            <>
              <Button onClick={() => setOpen(null)}>Stay</Button>
              <Button kind="danger" busy={group.isPending} onClick={() => void leave()}>
                Leave
              </Button>
            </>
          }
        >
          <p>
            {isGroup
              ? "What you wrote stays with the others. To come back, its owner must add you."
              : "It goes from your list. The next message between you brings you back."}
          </p>
        </Dialog>
      )}
    </>
  );
}
