import {
  Bell,
  Boxes,
  Code,
  Download,
  EarOff,
  KeyRound,
  LockKeyhole,
  MonitorSmartphone,
  UserRound,
  UserX,
  Wallet,
} from "lucide-react";
import { type ComponentType, lazy, type ReactNode } from "react";
import type { Me } from "../../api/types";

type Page = ComponentType<{ me: Me }>;

export interface Section {
  path: string;
  title: string;
  about: string;
  icon: ReactNode;
  Page: Page;
}

/** The sections as they are listed; each is loaded when somebody goes there. */
export const GROUPS: { name: string; sections: Section[] }[] = [
  {
    name: "You",
    sections: [
      {
        path: "profile",
        title: "Profile",
        about: "Name, bio, picture and links",
        icon: <UserRound />,
        Page: lazy(() => import("./profile")),
      },
      {
        path: "preferences",
        title: "Preferences",
        about: "What you are told of, who may write to you, light and dark",
        icon: <Bell />,
        Page: lazy(() => import("./preferences")),
      },
      {
        path: "people",
        title: "Muted and blocked",
        about: "Whom you muted and blocked; nobody else sees it",
        icon: <EarOff />,
        Page: lazy(() => import("./people")),
      },
    ],
  },
  {
    name: "Signing in and signing",
    sections: [
      {
        path: "wallets",
        title: "Wallets",
        about: "What signs your posts, and lets you in",
        icon: <Wallet />,
        Page: lazy(() => import("./wallets")),
      },
      {
        path: "devices",
        title: "Devices",
        about: "Browsers and programs that may sign for your wallets",
        icon: <KeyRound />,
        Page: lazy(() => import("./devices")),
      },
      {
        path: "security",
        title: "Password and recovery",
        about: "A password, and codes for when it is lost",
        icon: <LockKeyhole />,
        Page: lazy(() => import("./security")),
      },
      {
        path: "sessions",
        title: "Sessions",
        about: "Where you are signed in",
        icon: <MonitorSmartphone />,
        Page: lazy(() => import("./sessions")),
      },
    ],
  },
  {
    name: "Apps",
    sections: [
      {
        path: "apps",
        title: "Apps you allowed",
        about: "What each may do, and taking it back",
        icon: <Boxes />,
        Page: lazy(() => import("./apps")),
      },
      {
        path: "developer",
        title: "Your own apps and webhooks",
        about: "For people who build with Troth",
        icon: <Code />,
        Page: lazy(() => import("./developer")),
      },
    ],
  },
  {
    name: "Your data",
    sections: [
      {
        path: "export",
        title: "Export",
        about: "All that is kept of you, as a file",
        icon: <Download />,
        Page: lazy(() => import("./export")),
      },
      {
        path: "delete",
        title: "Delete the account",
        about: "What goes for good, and what cannot go",
        icon: <UserX />,
        Page: lazy(() => import("./delete")),
      },
    ],
  },
];

export const SECTIONS: readonly Section[] = GROUPS.flatMap(({ sections }) => sections);
