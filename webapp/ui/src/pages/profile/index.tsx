import { useQuery } from "@tanstack/react-query";
import { UserX } from "lucide-react";
import { lazy, Suspense } from "react";
import { useParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import type { User } from "../../api/types";
import { LostPage } from "../../app/RouteError";
import { Button, ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { nameOf } from "../../components/Person";
import { Skeleton } from "../../components/Skeleton";
import { Tabs } from "../../components/Tabs";
import { personPath } from "../../lib/paths";
import { personQuery } from "../../queries/people";
import { isAbsent } from "../../queries/posts";
import { useMe } from "../../session/session";
import { Head } from "./Head";
import { PeopleTab } from "./PeopleTab";
import { PostsTab } from "./PostsTab";

const Gallery = lazy(async () => ({ default: (await import("../gallery")).Gallery }));

const TABS = ["posts", "answers", "likes", "gallery", "followers", "following"] as const;
type TabName = (typeof TABS)[number];

/** A person, at /@handle and /people/ID; what is shown of them is the address's last part. */
export function Component() {
  const { id, at, tab = "posts" } = useParams();
  const who = id ?? at ?? "";
  if (id === undefined && !/^@\w{1,64}$/.test(who)) return <LostPage />;
  if (!isTab(tab)) return <LostPage />;
  return <Profile key={who} who={who} tab={tab} />;
}

const isTab = (text: string): text is TabName => (TABS as readonly string[]).includes(text);

function Profile({ who, tab }: { who: string; tab: TabName }) {
  const { data: person, error, isPending, refetch } = useQuery(personQuery(who));
  if (isPending) return <Frame title={who.startsWith("@") ? who : "Profile"} />;
  if (!person) {
    return (
      <Frame title="Profile">
        <Failed error={error} onAgain={() => void refetch()} />
      </Frame>
    );
  }
  return (
    <Frame title={nameOf(person)}>
      <Head person={person} />
      {person.state === "active" ? <Parts person={person} tab={tab} /> : <Gone state={person.state} />}
    </Frame>
  );
}

function Frame({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <>
      <PageTitle title={title} back="/" />
      {children ?? <Skeleton rows={4} />}
    </>
  );
}

function Parts({ person, tab }: { person: User; tab: TabName }) {
  const own = useMe()?.profile.id === person.id;
  const base = personPath(person);
  const people = tab === "followers" || tab === "following";
  const link = (name: TabName, text: string) => ({
    to: name === "posts" ? base : `${base}/${name}`,
    text,
    now: tab === name,
  });
  return (
    <>
      {people ? (
        <Tabs
          label="People"
          tabs={[link("posts", "Posts"), link("followers", "Followers"), link("following", "Following")]}
        />
      ) : (
        <Tabs
          label="Profile"
          tabs={[
            link("posts", "Posts"),
            link("answers", "Posts and answers"),
            own && link("likes", "Likes"),
            link("gallery", "Gallery"),
          ]}
        />
      )}
      <Part person={person} tab={tab} own={own} />
    </>
  );
}

function Part({ person, tab, own }: { person: User; tab: TabName; own: boolean }) {
  if (tab === "followers" || tab === "following")
    return <PeopleTab key={tab} person={person} list={tab} own={own} />;
  if (tab === "gallery") {
    return (
      <Suspense fallback={<Skeleton rows={3} />}>
        <Gallery person={person} own={own} />
      </Suspense>
    );
  }
  if (tab === "likes" && !own) return <LostPage />;
  return <PostsTab key={tab} person={person} list={tab} own={own} />;
}

function Gone({ state }: { state: "suspended" | "deleted" }) {
  return state === "suspended" ? (
    <Empty
      icon={<UserX size={36} />}
      title="This account is suspended"
      text="Moderators closed it for now. What it posted is not shown meanwhile; it is neither lost nor changed."
    />
  ) : (
    <Empty
      icon={<UserX size={36} />}
      title="This account was deleted"
      text="Everything that it was is erased. Only that it was here can still be proved."
    />
  );
}

function Failed({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  if (isAbsent(error)) {
    return (
      <Empty
        icon={<UserX size={36} />}
        title="There is nobody here by that name"
        text="The handle may be spelled otherwise, or this person is not to be seen by you."
      >
        <ButtonLink to="/search?in=people">Search people</ButtonLink>
      </Empty>
    );
  }
  return (
    <Empty title="This person could not be loaded" text={sentenceOf(error)}>
      <Button onClick={onAgain}>Try again</Button>
    </Empty>
  );
}
