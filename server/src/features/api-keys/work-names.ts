/** Each is also the name of its queue. */
export const exposureKind = "api-key-exposure";
export const rotationReminderKind = "api-key-rotation-reminder";
