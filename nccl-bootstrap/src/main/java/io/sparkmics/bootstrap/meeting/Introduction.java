package io.sparkmics.bootstrap.meeting;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.Sentence;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.bootstrap.groups.Place;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** What a rank says of itself in the one exchange. */
public record Introduction(Place place, int partitionGroupSize, GatherMode gather, byte[] offer, byte[] payload) {

    public byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(place.partitionId());
            out.writeUTF(place.host());
            out.writeUTF(place.node());
            out.writeBoolean(place.gpu().isPresent());
            out.writeUTF(place.gpu().orElse(""));
            out.writeInt(partitionGroupSize);
            out.writeUTF(gather.name());
            write(out, offer);
            write(out, payload);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write to memory", e);
        }
        return bytes.toByteArray();
    }

    public static Introduction read(byte[] message) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(message))) {
            int partitionId = in.readInt();
            String host = in.readUTF();
            String node = in.readUTF();
            boolean hasGpu = in.readBoolean();
            String gpu = in.readUTF();
            return new Introduction(
                    new Place(partitionId, host, node, hasGpu ? Optional.of(gpu) : Optional.empty()),
                    in.readInt(),
                    GatherMode.valueOf(in.readUTF()),
                    in.readNBytes(in.readInt()),
                    in.readNBytes(in.readInt()));
        } catch (IOException | IllegalArgumentException e) {
            throw new CommunicationException(
                    "Cannot read what another rank says of itself (" + message.length + " bytes): "
                            + Sentence.end(e.getMessage()) + " Run the same version of spark-mics on all executors.",
                    e);
        }
    }

    private static void write(DataOutputStream out, byte[] part) throws IOException {
        out.writeInt(part.length);
        out.write(part);
    }
}
