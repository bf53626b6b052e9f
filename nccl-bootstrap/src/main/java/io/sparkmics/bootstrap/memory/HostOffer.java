package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.CommunicationException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.UUID;

/**
 * What a rank tells the others of itself, so that those of one host find the memory that they share.
 *
 * @param on whether this rank shares memory at all
 * @param hierarchical whether it does in groups that span hosts, too
 * @param process the same for ranks of one process, and for no others
 * @param classes the same for ranks that see the same static fields: a process may have loaded this class twice
 * @param secret names the files and groups that this rank leads; nobody can guess it
 * @param folder where it makes files
 * @param below what the transport below offers
 */
record HostOffer(
        boolean on, boolean hierarchical, String process, String classes, String secret, String folder, byte[] below) {

    private static final int SECRET_BYTES = 32;

    private static final String PROCESS = ProcessHandle.current().pid() + " "
            + ProcessHandle.current()
                    .info()
                    .startInstant()
                    .map(Object::toString)
                    .orElse("");

    private static final String CLASSES = UUID.randomUUID().toString();

    static HostOffer of(boolean on, boolean hierarchical, String folder, byte[] below) {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return new HostOffer(on, hierarchical, PROCESS, CLASSES, HexFormat.of().formatHex(secret), folder, below);
    }

    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeBoolean(on);
            out.writeBoolean(hierarchical);
            out.writeUTF(process);
            out.writeUTF(classes);
            out.writeUTF(secret);
            out.writeUTF(folder);
            out.write(below);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write to memory", e);
        }
        return bytes.toByteArray();
    }

    static HostOffer read(byte[] message) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(message))) {
            return new HostOffer(
                    in.readBoolean(),
                    in.readBoolean(),
                    in.readUTF(),
                    in.readUTF(),
                    in.readUTF(),
                    in.readUTF(),
                    in.readAllBytes());
        } catch (IOException e) {
            throw new CommunicationException(
                    "Cannot read how another rank shares memory (" + message.length + " bytes): " + e.getMessage()
                            + ". Run the same version of spark-mics on all executors.",
                    e);
        }
    }
}
