import { Lead } from "../parts/Part";
import { OwnApps } from "./OwnApps";
import { Webhooks } from "./Webhooks";

/** For people who build with Troth: their apps, and webhooks. */
export default function Developer() {
  return (
    <>
      <Lead>
        The API is described at <a href="/api/v1/docs">/api/v1/docs</a>. An app acts for people who allow it;
        a webhook tells your own server what happens to you.
      </Lead>
      <OwnApps />
      <Webhooks />
    </>
  );
}
