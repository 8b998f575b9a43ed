import { useInfiniteQuery } from "@tanstack/react-query";
import { Users } from "lucide-react";
import type { User } from "../../api/types";
import { ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { nameOf } from "../../components/Person";
import { FollowButton } from "../../components/people/FollowButton";
import { PersonRow } from "../../components/people/PersonRow";
import { peopleQuery } from "../../queries/people";

interface Props {
  person: User;
  list: "followers" | "following";
  own: boolean;
}

/** Who follows somebody, or whom they follow. */
export function PeopleTab({ person, list, own }: Props) {
  const query = useInfiniteQuery(peopleQuery(person.id, list));
  return (
    <List query={query} keyOf={(one) => one.account} empty={<Nobody person={person} list={list} own={own} />}>
      {({ account, profile, viewer }) => (
        <PersonRow key={account} card={profile} viewer={viewer}>
          <FollowButton card={profile} viewer={viewer} />
        </PersonRow>
      )}
    </List>
  );
}

function Nobody({ person, list, own }: Props) {
  const name = nameOf(person);
  if (list === "followers") {
    return (
      <Empty
        icon={<Users size={36} />}
        title={own ? "Nobody follows you yet" : `Nobody follows ${name} yet`}
        text={
          own ? "Post something, and answer others: that is how people find you." : "You could be the first."
        }
      />
    );
  }
  return (
    <Empty
      icon={<Users size={36} />}
      title={own ? "You follow nobody yet" : `${name} follows nobody yet`}
      text={own ? "Whom you follow fills your home." : undefined}
    >
      {own && (
        <ButtonLink to="/search?in=people" kind="primary">
          Find people
        </ButtonLink>
      )}
    </Empty>
  );
}
