import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Choice } from "../parts/fields";
import { Loaded } from "../parts/Loaded";
import { Part } from "../parts/Part";
import { useChoosing } from "./choosing";
import { Notifications } from "./Notifications";
import { type Accept, chooseMessages, messagesQuery } from "./queries";
import { chooseTheme, chosenTheme } from "./theme";

const THEMES = [
  { value: "system", text: "As the system has it" },
  { value: "light", text: "Light" },
  { value: "dark", text: "Dark" },
] as const;
const ACCEPT = [
  { value: "everybody", text: "Everybody", about: "But whom you block." },
  {
    value: "following",
    text: "People whom you follow",
    about: "And those to whom you wrote yourself.",
  },
] as const;

/** What I am told of, who may write to me, and how the page looks. */
export default function Preferences() {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <>
      <Notifications />
      <Part title="Messages">
        <Loaded query={useQuery(messagesQuery)} rows={1}>
          {({ value }) => <Messages accept={value} />}
        </Loaded>
      </Part>
      <Part title="Look" about="Kept in this browser alone.">
        <Choice
          legend="Light or dark"
          value={theme}
          options={THEMES}
          onChange={(chosen) => {
            chooseTheme(chosen);
            setTheme(chosen);
          }}
        />
      </Part>
    </>
  );
}

function Messages({ accept }: { accept: Accept }) {
  const choosing = useChoosing({
    key: messagesQuery.queryKey,
    apply: (_before: Accept, chosen: Accept) => chosen,
    send: chooseMessages,
  });
  return (
    <Choice
      legend="Who may write to you"
      value={accept}
      options={ACCEPT}
      onChange={(chosen) => choosing.mutate(chosen)}
    />
  );
}
