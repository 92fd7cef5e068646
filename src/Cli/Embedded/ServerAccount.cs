using Tapline.Contracts;

namespace Tapline.Cli.Embedded;

/// <summary>Whose rights a server gets that refuses to run as root: the caller's, or, for root, an unprivileged
/// user's.</summary>
sealed class ServerAccount
{
    readonly string? _user;
    readonly string[] _prefix;

    ServerAccount(string? user, string[] prefix)
    {
        _user = user;
        _prefix = prefix;
    }

    /// <summary>The account for a server whose files lie in these folders.</summary>
    public static async Task<ServerAccount> ChooseAsync(string dataFolder, string programFolder, CancellationToken ct)
    {
        if (!Environment.IsPrivilegedProcess)
            return new ServerAccount(null, []);
        var user = await ExistingUserAsync(ct);
        var group = await GroupAsync(user, ct);
        var setpriv = Find("setpriv");
        if (IsOpen(dataFolder) && IsOpen(programFolder))
        {
            if (setpriv is not null)
                return new ServerAccount(user,
                    [setpriv, $"--reuid={user}", $"--regid={group}", "--clear-groups", "--"]);
            if (Find("runuser") is { } runuser)
                return new ServerAccount(user, [runuser, "-u", user, "--"]);
        }
        else if (setpriv is not null)
        {
            // Root's own folders are closed to others: the server may pass through them, and is no root for all that.
            return new ServerAccount(user,
            [
                setpriv, $"--reuid={user}", $"--regid={group}", "--clear-groups",
                "--securebits=+no_setuid_fixup", "--inh-caps=-all,+dac_override",
                "--ambient-caps=-all,+dac_override", "--",
            ]);
        }
        throw new TaplineException(
            "PostgreSQL refuses to run as root, and there is no setpriv to become another user",
            "run as another user, or: apt-get install util-linux");
    }

    /// <summary>The command line that runs a program under this account.</summary>
    public IReadOnlyList<string> Command(params string[] command) => [.. _prefix, .. command];

    /// <summary>Gives a folder and what is in it to this account.</summary>
    public async Task OwnAsync(string folder, CancellationToken ct)
    {
        if (_user is null)
            return;
        var run = await ProgramRun.RunAsync(["chown", "-R", _user, folder], ct);
        if (run.ExitCode != 0)
            throw new TaplineException($"{folder} cannot be given to the user {_user}: {run.Output.Trim()}");
    }

    static async Task<string> ExistingUserAsync(CancellationToken ct)
    {
        foreach (var user in new[] { "postgres", "nobody" })
        {
            if ((await ProgramRun.RunAsync(["id", "-u", user], ct)).ExitCode == 0)
                return user;
        }
        throw new TaplineException("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody",
            "run as another user");
    }

    static async Task<string> GroupAsync(string user, CancellationToken ct) =>
        (await ProgramRun.RunAsync(["id", "-g", user], ct)).Output.Trim();

    /// <summary>Whether any user may pass through every folder on the way.</summary>
    static bool IsOpen(string folder)
    {
        for (var step = new DirectoryInfo(Path.GetFullPath(folder)); step is not null; step = step.Parent)
        {
            if (step.Exists && !step.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        }
        return true;
    }

    static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/bin", "/usr/sbin", "/sbin", "/bin"])
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
