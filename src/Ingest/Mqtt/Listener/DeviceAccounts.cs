using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tapline.Contracts;

namespace Tapline.Ingest.Mqtt.Listener;

/// <summary>Users and the hashes of their passwords, as <c>mosquitto_passwd</c> writes them: a line
/// <c>user:$7$iterations$salt$hash</c> each, PBKDF2 with SHA-512.</summary>
public sealed class DeviceAccounts
{
    const int IterationsMax = 1_000_000;

    readonly FrozenDictionary<string, Entry> _entries;

    DeviceAccounts(FrozenDictionary<string, Entry> entries, bool allowsAnonymous)
    {
        _entries = entries;
        AllowsAnonymous = allowsAnonymous;
    }

    /// <summary>Everybody may connect, with or without a name: for a machine of one's own.</summary>
    public static DeviceAccounts Anyone { get; } =
        new(FrozenDictionary<string, Entry>.Empty, allowsAnonymous: true);

    /// <summary>Whether no name is asked for.</summary>
    public bool AllowsAnonymous { get; }

    /// <summary>Reads a password file's text; <paramref name="source"/> names it in errors.</summary>
    public static DeviceAccounts Parse(string text, string source)
    {
        var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.Split('\n').Select(static line => line.Trim()))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (!TryParse(line, out var user, out var entry))
            {
                throw new TaplineException(
                    $"{source}:{number}: not a user with a hashed password",
                    "write lines as mosquitto_passwd does: user:$7$iterations$salt$hash");
            }
            if (!entries.TryAdd(user, entry))
                throw new TaplineException($"{source}:{number}: a user for the second time", "remove one of the lines");
        }
        return new DeviceAccounts(entries.ToFrozenDictionary(StringComparer.Ordinal), allowsAnonymous: false);
    }

    /// <summary>The line of a user, for a password file.</summary>
    public static string Line(string user, string password, int iterations = 101)
    {
        var salt = RandomNumberGenerator.GetBytes(12);
        var hash = HashOf(Encoding.UTF8.GetBytes(password), salt, iterations, 64);
        return $"{user}:$7${iterations.ToString(CultureInfo.InvariantCulture)}${Convert.ToBase64String(salt)}$"
            + Convert.ToBase64String(hash);
    }

    /// <summary>Whether the password is the user's. Takes as long for users that do not exist.</summary>
    public bool Accepts(string? user, ReadOnlySpan<byte> password)
    {
        if (AllowsAnonymous)
            return true;
        var isKnown = _entries.TryGetValue(user ?? "", out var entry);
        entry ??= Entry.Nobody;
        var hash = HashOf(password, entry.Salt, entry.Iterations, entry.Hash.Length);
        return CryptographicOperations.FixedTimeEquals(hash, entry.Hash) && isKnown;
    }

    static byte[] HashOf(ReadOnlySpan<byte> password, byte[] salt, int iterations, int length) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, length);

    static bool TryParse(string line, out string user, out Entry entry)
    {
        user = "";
        entry = Entry.Nobody;
        var colon = line.IndexOf(':');
        var parts = colon < 1 ? [] : line[(colon + 1)..].Split('$');
        if (parts is not ["", "7", var iterationsText, var saltText, var hashText])
            return false;
        if (!int.TryParse(iterationsText, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || iterations is < 1 or > IterationsMax)
            return false;
        try
        {
            user = line[..colon];
            entry = new Entry(iterations, Convert.FromBase64String(saltText), Convert.FromBase64String(hashText));
            return entry.Hash.Length is >= 16 and <= 64;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    sealed record Entry(int Iterations, byte[] Salt, byte[] Hash)
    {
        // For comparing with somebody: takes as long, and never fits.
        public static Entry Nobody { get; } = new(101, new byte[12], new byte[64]);
    }
}
