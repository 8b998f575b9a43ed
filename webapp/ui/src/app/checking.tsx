import { FileCheck, Info, Layers } from "lucide-react";

/** Pages that need nobody signed in: beside the page where there is room (Aside.tsx), else among the places to go. */
export const CHECKING = [
  { to: "/verify", text: "Verify a proof", icon: <FileCheck /> },
  { to: "/log", text: "Watch the log", icon: <Layers /> },
  { to: "/about", text: "How Troth works", icon: <Info /> },
];
