namespace Tapline.Cli.Tests.Verbs;

/// <summary>What each capture's settings lose: severity and what to set, below it the tables whose topics show
/// it.</summary>
static class CapturedFindings
{
    // Without schemas nobody can tell a numeric from other bytes, and whether a column has a default.
    static readonly Dictionary<string, string> All = new()
    {
        ["bulk_env_run1 bulk_env_run2_part0 bulk_env_run2_part1"] =
            """
            Loss decimal.handling.mode=string
                g_accounts g_devices g_subs
            Risk REPLICA IDENTITY FULL on the table
                g_devices
            """,
        ["c01_default_schemas_on"] =
            """
            Loss REPLICA IDENTITY DEFAULT instead of USING INDEX, and no message.key.columns
                api_keys
            Loss value.converter.replace.null.with.default=false
                accounts api_keys burst evolved evolving locations nullable_defaults
            Risk REPLICA IDENTITY FULL on the table
                accounts documents t_arr t_misc t_vec
            Risk a primary key on the table, or REPLICA IDENTITY FULL
                audit_log device_readings
            Risk decimal.handling.mode=string
                Weird_T_ble-1 accounts evolved evolving invoice_lines invoices nullable_defaults subscriptions
                t_num
            Risk interval.handling.mode=string
                subscriptions t_time
            """,
        ["c02_default_schemas_off"] =
            """
            Loss REPLICA IDENTITY DEFAULT instead of USING INDEX, and no message.key.columns
                api_keys
            Loss decimal.handling.mode=string
                Weird_T_ble-1 accounts evolving invoice_lines invoices nullable_defaults subscriptions t_bin
                t_num
            Loss value.converter.replace.null.with.default=false
                Weird_T_ble-1 accounts api_keys audit_log brand_new burst device_readings devices documents
                documents_full evolved evolving invoice_lines invoices locations nullable_defaults session_items
                sessions subscriptions t_arr t_bin t_geo t_misc t_net t_num t_range t_text t_time t_vec
                usage_events_2026_01 usage_events_2026_02 users
            Risk REPLICA IDENTITY FULL on the table
                accounts documents t_arr t_misc t_vec
            Risk a primary key on the table, or REPLICA IDENTITY FULL
                audit_log device_readings
            """,
        ["c03_str_iso_schemas_on"] =
            """
            Loss value.converter.replace.null.with.default=false
                accounts nullable_defaults
            Risk REPLICA IDENTITY FULL on the table
                accounts documents t_arr t_misc t_vec
            """,
        ["c05_atm_b64url_srctype"] =
            """
            Risk REPLICA IDENTITY FULL on the table
                t_arr t_misc t_vec
            Risk decimal.handling.mode=string
                t_num
            Risk interval.handling.mode=string
                t_time
            """,
        ["c08_tx_heartbeat_notomb_off"] =
            """
            Loss REPLICA IDENTITY DEFAULT instead of USING INDEX, and no message.key.columns
                api_keys
            Loss decimal.handling.mode=string
                Weird_T_ble-1 accounts evolving invoice_lines invoices nullable_defaults subscriptions t_bin
                t_num
            Loss value.converter.replace.null.with.default=false
                Weird_T_ble-1 accounts api_keys audit_log brand_new burst device_readings devices documents
                documents_full evolved evolving invoice_lines invoices locations nullable_defaults session_items
                sessions subscriptions t_arr t_bin t_geo t_misc t_net t_num t_range t_text t_time t_vec
                usage_events_2026_01 usage_events_2026_02 users
            Risk REPLICA IDENTITY FULL on the table
                accounts documents t_arr t_misc t_vec
            Risk a primary key on the table, or REPLICA IDENTITY FULL
                audit_log device_readings
            Risk tombstones.on.delete=true
                Weird_T_ble-1 accounts api_keys audit_log devices documents documents_full evolving
                invoice_lines invoices locations sessions subscriptions usage_events_2026_01
                usage_events_2026_02 users
            """,
        ["c09_unwrap_default_off"] =
            """
            Loss decimal.handling.mode=string
                Weird_T_ble-1 accounts evolving invoice_lines invoices nullable_defaults t_bin t_num
            Loss no ExtractNewRecordState: Tapline reads whole envelopes
                Weird_T_ble-1 accounts api_keys audit_log brand_new burst device_readings devices documents
                documents_full evolved evolving heartbeat invoice_lines invoices locations nullable_defaults
                session_items sessions subscriptions t_arr t_bin t_geo t_misc t_net t_num t_range t_text t_time
                t_vec usage_events usage_events_2026_01 usage_events_2026_02 users
            Risk REPLICA IDENTITY FULL on the table
                accounts documents t_arr t_misc t_vec
            Risk transforms.unwrap.add.fields=op,source.sequence,source.ts_us
                Weird_T_ble-1 accounts api_keys audit_log brand_new burst device_readings devices documents
                documents_full evolved evolving heartbeat invoice_lines invoices locations nullable_defaults
                session_items sessions subscriptions t_arr t_bin t_geo t_misc t_net t_num t_range t_text t_time
                t_vec usage_events usage_events_2026_01 usage_events_2026_02 users
            Risk transforms.unwrap.delete.tombstone.handling.mode=rewrite
                brand_new burst device_readings evolved heartbeat nullable_defaults session_items t_arr t_bin
                t_geo t_misc t_net t_num t_range t_text t_time t_vec usage_events
            """,
        ["c12_keycols_partition_off"] =
            """
            Loss REPLICA IDENTITY DEFAULT instead of USING INDEX, and no message.key.columns
                api_keys devices
            Loss decimal.handling.mode=string
                accounts evolving invoice_lines invoices nullable_defaults subscriptions
            Loss value.converter.replace.null.with.default=false
                accounts api_keys audit_log brand_new burst device_readings devices documents documents_full
                evolved evolving invoice_lines invoices locations nullable_defaults session_items sessions
                subscriptions usage_events_2026_01 usage_events_2026_02 users
            Risk REPLICA IDENTITY FULL on the table
                accounts documents
            Risk REPLICA IDENTITY FULL on the table, or no PartitionRouting
                devices invoices locations subscriptions
            Risk a primary key on the table, or REPLICA IDENTITY FULL
                audit_log
            """,
        ["copy_same_lsn"] =
            """
            Loss value.converter.replace.null.with.default=false
                copynopk copyt
            Risk a primary key on the table, or REPLICA IDENTITY FULL
                copynopk
            """,
        ["e1_default_on"] =
            """
            Risk REPLICA IDENTITY FULL on the table
                e_arr
            Risk decimal.handling.mode=string
                e_num e_num102
            Risk interval.handling.mode=string
                e_interval
            """,
        ["inc1_signals_off"] =
            """
            Loss decimal.handling.mode=string
                inc
            Loss value.converter.replace.null.with.default=false
                inc inc2 signals
            """,
        ["restart_run1 restart_run2 restart_run3 restart_run4"] =
            """
            Loss value.converter.replace.null.with.default=false
                rst
            """,
        ["toast1_default_on"] =
            """
            Risk REPLICA IDENTITY FULL on the table
                toast_all
            Risk decimal.handling.mode=string
                toast_all
            """,
        ["v27_default_schemas_on"] =
            """
            Loss REPLICA IDENTITY DEFAULT instead of USING INDEX, and no message.key.columns
                api_keys
            Loss value.converter.replace.null.with.default=false
                accounts api_keys burst evolved evolving locations nullable_defaults
            Risk REPLICA IDENTITY FULL on the table
                accounts documents t_arr t_misc
            Risk a primary key on the table, or REPLICA IDENTITY FULL
                Weird_T__ble-1 audit_log device_readings
            Risk decimal.handling.mode=string
                Weird_T__ble-1 Weird_T_ble-1 accounts evolved evolving invoice_lines invoices nullable_defaults
                subscriptions t_num
            Risk interval.handling.mode=string
                subscriptions t_time
            """,
    };

    /// <summary>The findings of a capture's topics, a line each.</summary>
    public static string Of(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        var found = All.Single(capture => capture.Key.Split(' ').Contains(name)).Value;
        var lines = new List<string>();
        foreach (var line in found.Split('\n'))
        {
            if (line.StartsWith(' '))
                lines[^1] += $" {line.Trim()}";
            else
                lines.Add($"{line} |");
        }
        return string.Concat(lines.Select(static line => line + "\n"));
    }
}
