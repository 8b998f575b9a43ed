/** What the demo wallet is called (EIP-6963: rdns). */
export const DEMO_ID = "org.troth.demo";
export const DEMO_NAME = "Demo wallet";
