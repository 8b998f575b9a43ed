/**
 * Every address of the UI and the page behind it. A page is a folder of src/pages whose index.tsx exports
 * `Component`; it is loaded when somebody goes there. First segments stand in paths.json too, for the server.
 */

import { type ComponentType, lazy } from "react";
import { type RouteObject, useRoutes } from "react-router";
import { Guard, Guarded, LostPage } from "./RouteError";
import { Shell } from "./Shell";

/** A page whose code comes when somebody goes there. */
const page = (load: () => Promise<{ Component: ComponentType }>): ComponentType =>
  lazy(async () => ({ default: (await load()).Component }));

export const routes: RouteObject[] = [
  {
    element: (
      <Guard>
        <Shell />
      </Guard>
    ),
    children: [
      {
        element: <Guarded />,
        children: [
          { index: true, Component: page(() => import("../pages/home")) },
          { path: "home", Component: page(() => import("../pages/home")) },
          { path: "signin", Component: page(() => import("../pages/signin")) },
          { path: "signin/recover", Component: page(() => import("../pages/recover")) },
          { path: "posts/new", Component: page(() => import("../pages/write")) },
          { path: "posts/:post/edit", Component: page(() => import("../pages/edit")) },
          { path: "posts/:post/history", Component: page(() => import("../pages/history")) },
          { path: "posts/:post", Component: page(() => import("../pages/thread")) },
          { path: "posts/:post/receipt", Component: page(() => import("../pages/receipt")) },
          { path: "verify", Component: page(() => import("../pages/verify")) },
          { path: "log", Component: page(() => import("../pages/log")) },
          { path: "about", Component: page(() => import("../pages/about")) },
          { path: "search", Component: page(() => import("../pages/search")) },
          { path: "tags/:tag", Component: page(() => import("../pages/tag")) },
          { path: "notifications", Component: page(() => import("../pages/notifications")) },
          { path: "messages", Component: page(() => import("../pages/messages")) },
          { path: "messages/:conversation", Component: page(() => import("../pages/messages")) },
          { path: "tokens/new", Component: page(() => import("../pages/mint")) },
          { path: "tokens/:token", Component: page(() => import("../pages/token")) },
          { path: "claims/*", Component: page(() => import("../pages/claims")) },
          { path: "moderation/*", Component: page(() => import("../pages/moderation")) },
          { path: "settings/*", Component: page(() => import("../pages/settings")) },
          { path: "oauth/authorize", Component: page(() => import("../pages/consent")) },
          { path: "people/:id", Component: page(() => import("../pages/profile")) },
          { path: "people/:id/:tab", Component: page(() => import("../pages/profile")) },
          // "@handle" is a first segment of its own: the page looks whether it begins with @.
          { path: ":at", Component: page(() => import("../pages/profile")) },
          { path: ":at/:tab", Component: page(() => import("../pages/profile")) },
          { path: "*", element: <LostPage /> },
        ],
      },
    ],
  },
];

/** The page that stands at the address. */
export const Pages = (): React.ReactNode => useRoutes(routes);
