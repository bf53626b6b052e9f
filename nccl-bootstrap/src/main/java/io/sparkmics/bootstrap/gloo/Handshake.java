package io.sparkmics.bootstrap.gloo;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;

/**
 * Shows a rank that each of its connections leads to the rank that it met in the exchange. Gloo takes whoever comes first with
 * the number of a connection, and these numbers are easy to guess. Each rank gives a new secret to the exchange, which Spark
 * can protect; on each connection both ends send a digest of their two secrets.
 */
final class Handshake implements Runnable {

    static final int SECRET_BYTES = 32;

    private static final int TAG = GroupKind.values().length;
    private static final int NOBODY = -1;

    private final Mesh mesh;
    private final int member;
    private final List<byte[]> secrets;
    private volatile int awaited = NOBODY;

    /** @param secrets everyone's, in the order of the mesh */
    Handshake(Mesh mesh, int member, List<byte[]> secrets) {
        this.mesh = mesh;
        this.member = member;
        this.secrets = List.copyOf(secrets);
    }

    static byte[] newSecret() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return secret;
    }

    /** The member whose answer is waited for. For any thread. */
    Optional<Integer> awaited() {
        return Optional.of(awaited).filter(peer -> peer != NOBODY);
    }

    /** @throws CommunicationException where a stranger has taken the place of a rank */
    @Override
    public void run() {
        try (PointerScope scope = new PointerScope()) {
            Map<Integer, Work> sends = new HashMap<>();
            for (int peer = 0; peer < secrets.size(); peer++) {
                if (peer != member) {
                    sends.put(peer, mesh.send(tensor(proof(member, peer)), peer, TAG));
                }
            }
            for (int peer = 0; peer < secrets.size(); peer++) {
                if (peer != member) {
                    check(peer);
                }
            }
            sends.forEach((peer, send) -> mesh.await(send, peer));
        }
    }

    private void check(int peer) {
        awaited = peer;
        byte[] expected = proof(peer, member);
        Tensor arrived = tensor(new byte[expected.length]);
        mesh.await(mesh.receive(arrived, peer, TAG), peer);
        byte[] found = new byte[expected.length];
        new BytePointer(arrived.data_ptr()).get(found);
        if (!MessageDigest.isEqual(expected, found)) {
            throw new CommunicationException("Cannot connect with partition " + peer
                    + ": what answered in its place does not know the secret of this run. Keep strangers off the network"
                    + " between the executors.");
        }
        awaited = NOBODY;
    }

    private byte[] proof(int from, int to) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(ByteBuffer.allocate(2 * Integer.BYTES)
                    .putInt(from)
                    .putInt(to)
                    .array());
            digest.update(secrets.get(from));
            return digest.digest(secrets.get(to));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Tensor tensor(byte[] bytes) {
        Tensor tensor = torch.empty(new long[] {bytes.length}, RankDevice.cpu().options(torch.ScalarType.Byte), null);
        new BytePointer(tensor.data_ptr()).put(bytes);
        return tensor;
    }
}
