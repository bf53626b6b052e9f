package io.sparkmics.job.settings;

import java.io.Serializable;

/**
 * Where ranks put what they write.
 *
 * @param path a Hadoop path; empty: the job's choice under the default file system
 * @param shared whether a {@code file:} path is the same place on every host
 */
public record WorkDirectorySettings(String path, boolean shared) implements Serializable {}
