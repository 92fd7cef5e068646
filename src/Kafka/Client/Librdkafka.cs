using System.Runtime.InteropServices;
using Confluent.Kafka;
using Tapline.Native;

namespace Tapline.Kafka.Client;

/// <summary>Makes Confluent.Kafka load the librdkafka that we ship. Its own search would take whatever the system has,
/// and an older one loads but fails at the first message.</summary>
static class Librdkafka
{
    const string ImportName = "librdkafka";

    static readonly Lazy<string> LoadedVersion = new(Load);

    /// <summary>Loads the library once. Throws <see cref="DllNotFoundException"/> when it is absent or another version.
    /// </summary>
    public static void EnsureLoaded() => _ = LoadedVersion.Value;

    static string Load()
    {
        var path = NativeLibraries.LibrdkafkaPath;
        NativeLibrary.SetDllImportResolver(
            typeof(Library).Assembly, (name, _, _) => name == ImportName ? NativeLibrary.Load(path) : 0);
        var version = Library.VersionString;
        return version == NativeLibraries.LibrdkafkaVersion
            ? version
            : throw new DllNotFoundException(
                $"librdkafka {version} was loaded, {NativeLibraries.LibrdkafkaVersion} is wanted");
    }
}
