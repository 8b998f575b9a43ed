import { useQuery } from "@tanstack/react-query";
import { Bell, Feather, House, LogIn, Mail, Search, Settings, ShieldAlert, User } from "lucide-react";
import type { ReactNode } from "react";
import { Link, NavLink, useLocation, useNavigate } from "react-router";
import type { Me } from "../api/types";
import { Avatar } from "../components/Avatar";
import { Menu } from "../components/Menu";
import { personPath } from "../lib/paths";
import { canModerate } from "../lib/roles";
import { bellCount, unreadMessagesQuery, unreadQuery } from "../live/useLive";
import { useMe } from "../session/session";
import { AccountCorner, AccountMenu } from "./AccountCorner";
import { CHECKING } from "./checking";
import css from "./Navigation.module.css";
import { Wordmark } from "./Wordmark";

/** Pages that are for writing, signing in or deciding: a button to write would be in the way. */
const WRITING = /^\/(signin|settings|oauth|moderation|posts\/(new|[^/]+\/edit))|^\/messages\/./;

interface Place {
  to: string;
  text: string;
  icon: ReactNode;
  unread?: number | undefined;
  /** Stands in the bar at the foot of a phone as well. */
  bar?: boolean;
  /** Stands in a narrow rail alone: in anything wider it is beside the page. */
  narrow?: boolean;
}

/** Where one can go: a bar at the foot of a phone, a rail at the side of anything wider. */
export function Navigation() {
  const me = useMe();
  const { pathname } = useLocation();
  const { data: unread } = useQuery({ ...unreadQuery, enabled: !!me });
  const { data: messages } = useQuery({ ...unreadMessagesQuery, enabled: !!me });
  return (
    <>
      <header className={css.top}>
        <Link to="/" aria-label="Troth, to the start">
          <Wordmark />
        </Link>
        <TopRight me={me} />
      </header>
      <nav className={css.nav} aria-label="Main">
        <Link to="/" className={css.mark} aria-label="Troth, to the start">
          <Wordmark />
        </Link>
        <ul className={`plain ${css.places}`}>
          {placesOf(me, bellCount(unread), messages).map((place) => (
            <li
              key={place.to}
              className={place.narrow ? css.narrowOnly : place.bar ? undefined : css.wideOnly}
            >
              <NavLink to={place.to} end={place.to === "/"} className={css.place}>
                <span className={css.symbol}>
                  {place.icon}
                  {place.unread ? (
                    <span className={css.badge} aria-hidden="true">
                      {place.unread > 99 ? "99+" : place.unread}
                    </span>
                  ) : null}
                </span>
                <span className={css.text}>{place.text}</span>
                {place.unread ? <span className="visually-hidden">, {place.unread} unread</span> : null}
              </NavLink>
            </li>
          ))}
        </ul>
        {me && !WRITING.test(pathname) && (
          <Link to="/posts/new" className={css.write}>
            <Feather size={20} aria-hidden="true" />
            <span className={css.text}>Write</span>
          </Link>
        )}
        {me && <AccountCorner me={me} />}
      </nav>
    </>
  );
}

function TopRight({ me }: { me: Me | null | undefined }) {
  const navigate = useNavigate();
  if (me === undefined) return null;
  if (me === null) {
    return (
      <span className={css.topRight}>
        <Link to="/signin">Sign in</Link>
        <Menu
          label="More pages"
          items={CHECKING.map(({ to, text, icon }) => ({ text, icon, run: () => void navigate(to) }))}
        />
      </span>
    );
  }
  return (
    <span className={css.topRight}>
      <Link to={personPath(me.profile)} aria-label="My profile">
        <Avatar card={me.profile} size="s" />
      </Link>
      <AccountMenu me={me} />
    </span>
  );
}

function placesOf(
  me: Me | null | undefined,
  unread: number | undefined,
  messages: number | undefined,
): Place[] {
  const home: Place = { to: "/", text: "Home", icon: <House />, bar: true };
  const search: Place = { to: "/search", text: "Search", icon: <Search />, bar: true };
  const checking = CHECKING.map((place) => ({ ...place, narrow: true }));
  if (!me)
    return [
      home,
      search,
      ...(me === null ? [{ to: "/signin", text: "Sign in", icon: <LogIn />, bar: true }] : []),
      ...checking,
    ];
  return [
    home,
    search,
    { to: "/notifications", text: "Notifications", icon: <Bell />, bar: true, unread },
    { to: "/messages", text: "Messages", icon: <Mail />, bar: true, unread: messages },
    { to: personPath(me.profile), text: "Profile", icon: <User /> },
    ...(canModerate(me) ? [{ to: "/moderation", text: "Moderation", icon: <ShieldAlert /> }] : []),
    { to: "/settings", text: "Settings", icon: <Settings /> },
    ...checking,
  ];
}
