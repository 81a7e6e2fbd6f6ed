/** Sent after every change of a password, however it was made. */
export const noticeOfNewPassword = {
  subject: "Your password was changed",
  paragraphs: [
    "The password of your MusicVerse account was changed, and everybody who was signed in elsewhere was signed out.",
    "If it was not you, reset your password now: use “Forgot password” on the sign-in page.",
  ],
};
