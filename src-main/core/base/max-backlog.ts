/** Bytes of answers that may wait for a client to read them. One that is further behind is cut off before the next. */
export const maxBacklog = 64 * 1024 * 1024;
