/** Sent after every change of a password, however it was made. */
export const noticeOfNewPassword = {
  subject: "Your password was changed",
  paragraphs: [
    "The password of your MusicVerse account was changed, and everybody who was signed in elsewhere was signed out.",
    "API keys and connected apps go on working. If you did not expect this, look them over.",
    "If it was not you, reset your password now: use “Forgot password” on the sign-in page.",
  ],
};

/** Instead of the other, when the link in the reset's mail was the first proof of the address. */
export const noticeOfFirstProof = {
  subject: "Your password was changed, and what was made before was ended",
  paragraphs: [
    "The password of your MusicVerse account was changed. Until then nobody had confirmed that this address belongs to the account, so somebody else may have made it.",
    "Everything that opened the account was ended: sessions, API keys, connected apps, sign-ins with other services, and the secrets of your own OAuth clients. Webhooks were disabled.",
    "If it was you, make new keys and secrets, connect your apps once more, and enable the webhooks that you know.",
  ],
};
