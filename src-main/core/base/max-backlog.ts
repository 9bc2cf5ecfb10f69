/** The maximum of unread answers for one client, bytes. A client further behind is cut off before its next answer. */
export const maxBacklog = 64 * 1024 * 1024;
