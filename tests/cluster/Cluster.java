import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * Real OpenSearch nodes in this process: FOLDER NAME HTTP_PORT,... TRANSPORT_PORT,...
 *
 * Writes "ready" to the file "said" there when all have started (standard output is a log that a second node closes). Lines
 * on standard input stop and start a node ("stop 2", "start 2", counted from 1), each repeated in that file when it is done;
 * at its end all stop and their data goes, so that neither outlives who started them.
 */
public class Cluster {
    public static void main(String[] args) throws Exception {
        String folder = args[0];
        String[] http = args[2].split(",");
        String[] transport = args[3].split(",");
        StringBuilder seeds = new StringBuilder("127.0.0.1:" + transport[0]);
        for (int number = 2; number <= http.length; number++) {
            seeds.append(",127.0.0.1:").append(transport[number - 1]);
        }
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", http[number - 1]);
            settings.put("transport.port", transport[number - 1]);
            settings.put("discovery.type", "zen"); // runners differ in what they set
            settings.put("discovery.seed_hosts", seeds.toString());
            settings.put("cluster.initial_cluster_manager_nodes", "Node 1");
            settings.put("node.roles", "cluster_manager,data");
            settings.put("path.repo", Path.of(folder, "snapshots").toString());
            settings.put("cluster.max_shards_per_node", 10000);
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
            // Counts garbage as used, and the serial collector leaves it until the heap is full: all requests stay refused.
            settings.put("indices.breaker.total.use_real_memory", false);
        });
        runner.build(OpenSearchRunner.newConfigs().basePath(folder).numOfNode(http.length).clusterName(args[1]).useLogger());
        say(folder, "ready");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int index = Integer.parseInt(line.substring(line.indexOf(' ') + 1)) - 1;
            if (line.startsWith("stop ")) {
                runner.getNode(index).close();
            } else {
                runner.startNode(index);
            }
            say(folder, line);
        }
        runner.close();
        runner.clean();
        System.exit(0);
    }

    private static void say(String folder, String line) throws Exception {
        Files.writeString(Path.of(folder, "said"), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
