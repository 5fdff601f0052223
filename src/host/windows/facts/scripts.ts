/**
 * Questions to PowerShell, each a constant script; what varies comes in by standard input. The answer is one line of JSON, an
 * error too: by its identifier, which is the same in every language of Windows, unlike its text.
 */
const ask = (body: string): string => `
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
try {
  [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
  $asked = "$(@($input)[0])"
  $value = @(& {
${body}
  })
  ConvertTo-Json -Compress -Depth 5 @{ value = $value }
} catch {
  ConvertTo-Json -Compress @{ error = "$($_.FullyQualifiedErrorId)"; message = "$($_.Exception.Message)"; mode = "$($ExecutionContext.SessionState.LanguageMode)" }
}
`;

export const BATTERIES = ask(`
    Get-CimInstance Win32_Battery | Select-Object Name, DeviceID, BatteryStatus, EstimatedChargeRemaining, EstimatedRunTime
`);

export const FIRMWARE = ask(`
    $control = 'HKLM:\\SYSTEM\\CurrentControlSet\\Control'
    @{
      type = (Get-ItemProperty -Path $control -Name PEFirmwareType -ErrorAction SilentlyContinue).PEFirmwareType
      secureBoot = (Get-ItemProperty -Path "$control\\SecureBoot\\State" -Name UEFISecureBootEnabled -ErrorAction SilentlyContinue).UEFISecureBootEnabled
    }
`);

export const PENDING = ask(`
    $windows = 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion'
    $servicing = "$windows\\Component Based Servicing"
    $control = 'HKLM:\\SYSTEM\\CurrentControlSet\\Control'
    $manager = Get-ItemProperty -Path "$control\\Session Manager"
    $netlogon = Get-Item -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\Netlogon' -ErrorAction SilentlyContinue
    $active = (Get-ItemProperty -Path "$control\\ComputerName\\ActiveComputerName").ComputerName
    $pending = (Get-ItemProperty -Path "$control\\ComputerName\\ComputerName").ComputerName
    @{
      reboot = @('RebootPending', 'RebootInProgress' | Where-Object { Test-Path "$servicing\\$_" })
      updates = @(@('PackagesPending' | Where-Object { Test-Path "$servicing\\$_" }) + @('RebootRequired' | Where-Object { Test-Path "$windows\\WindowsUpdate\\Auto Update\\$_" }))
      renames = @(@($manager.PendingFileRenameOperations) + @($manager.PendingFileRenameOperations2) | Where-Object { $_ })
      names = @(if ($active -ne $pending) { "$active -> $pending" })
      domain = @('JoinDomain', 'AvoidSpnSet' | Where-Object { $netlogon -and ($netlogon.GetValueNames() -contains $_) })
      installers = @(Get-Process -Name msiexec, TiWorker -ErrorAction SilentlyContinue | Where-Object { $_.SessionId -ne 0 -or $_.Name -eq 'TiWorker' } | ForEach-Object { $_.Name })
    }
`);

export const DEVICES = ask(`
    $drives = @(Get-CimInstance Win32_DiskDrive | Select-Object Index, PNPDeviceID)
    Get-PnpDevice -PresentOnly | Where-Object { $_.InstanceId -match '^(USB|USBSTOR|SWD\\\\WPDBUSENUM|SD)\\\\' } | ForEach-Object {
      $id = $_.InstanceId
      @{ name = "$($_.FriendlyName)"; class = "$($_.Class)"; id = $id; drive = ($drives | Where-Object { $_.PNPDeviceID -eq $id } | Select-Object -First 1).Index }
    }
`);

export const CONTROLLERS = ask(`
    Get-CimInstance Win32_PnPEntity | Where-Object { $_.CompatibleID -contains 'PCI\\CC_0104' } | ForEach-Object { "$($_.Name) ($($_.DeviceID))" }
`);

/** Asked with the number of a disk. */
export const HEALTH = ask(`
    $disk = Get-PhysicalDisk | Where-Object { $_.DeviceId -eq $asked } | Select-Object -First 1
    if (-not $disk) { throw 'NoSuchDisk' }
    $counter = $disk | Get-StorageReliabilityCounter
    $drive = Get-CimInstance Win32_DiskDrive -Filter "Index=$([int]$asked)"
    $predicts = Get-CimInstance -Namespace root\\wmi -ClassName MSStorageDriver_FailurePredictStatus -ErrorAction SilentlyContinue | Where-Object { $drive -and $_.InstanceName -like "$($drive.PNPDeviceID)*" } | Select-Object -First 1
    @{
      health = "$($disk.HealthStatus)"; media = "$($disk.MediaType)"; predicts = $predicts.PredictFailure
      temperature = $counter.Temperature; wear = $counter.Wear; hours = $counter.PowerOnHours; uncorrected = $counter.ReadErrorsUncorrected
    }
`);

/** Asked with the number of a disk. Raw counters, because the names of the others are in the language of Windows. */
export const ACTIVITY = ask(`
    function Look { Get-CimInstance Win32_PerfRawData_PerfDisk_PhysicalDisk | Where-Object { $_.Name -match "^$([int]$asked)( |$)" } | Select-Object -First 1 }
    $before = Look
    if (-not $before) { throw 'NoSuchDisk' }
    Start-Sleep -Seconds 2
    $after = Look
    @{ ticks = $after.Timestamp_Sys100NS - $before.Timestamp_Sys100NS; idle = $after.PercentIdleTime - $before.PercentIdleTime; bytes = $after.DiskBytesPersec - $before.DiskBytesPersec }
`);

/** Asked with `C:`. */
export const FRAGMENTS = ask(`
    $volume = Get-CimInstance Win32_Volume -Filter "DriveLetter='$asked'"
    if (-not $volume) { throw 'NoSuchVolume' }
    $answer = Invoke-CimMethod -InputObject $volume -MethodName DefragAnalysis
    if ($answer.ReturnValue -ne 0) { throw "DefragAnalysis returned $($answer.ReturnValue)" }
    $answer.DefragAnalysis | Select-Object TotalFiles, TotalFragmentedFiles, TotalExcessFragments
`);

export const ENCRYPTION = ask(`
    Get-CimInstance -Namespace root\\CIMV2\\Security\\MicrosoftVolumeEncryption -ClassName Win32_EncryptableVolume | ForEach-Object {
      $status = Invoke-CimMethod -InputObject $_ -MethodName GetConversionStatus
      @{ letter = $_.DriveLetter; protection = $_.ProtectionStatus; conversion = $status.ConversionStatus; percent = $status.EncryptionPercentage; code = $status.ReturnValue }
    }
`);

export const ENCRYPTION_POLICY = ask(`
    @{ required = (Get-ItemProperty -Path 'HKLM:\\SOFTWARE\\Microsoft\\PolicyManager\\current\\device\\BitLocker' -Name RequireDeviceEncryption -ErrorAction SilentlyContinue).RequireDeviceEncryption }
`);

export const RUNNING = ask(`
    $control = 'HKLM:\\SYSTEM\\CurrentControlSet\\Control'
    @{
      hiberboot = (Get-ItemProperty -Path "$control\\Session Manager\\Power" -Name HiberbootEnabled -ErrorAction SilentlyContinue).HiberbootEnabled
      hibernate = (Get-ItemProperty -Path "$control\\Power" -Name HibernateEnabled -ErrorAction SilentlyContinue).HibernateEnabled
      state = (Get-ItemProperty -Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State' -Name ImageState -ErrorAction SilentlyContinue).ImageState
      product = (Get-ItemProperty -Path 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion').ProductName
      computer = $env:COMPUTERNAME; drive = $env:SystemDrive
    }
`);

/** Asked with the number of a port. */
export const PORT = ask(`
    Get-NetUDPEndpoint -ErrorAction SilentlyContinue | Where-Object { $_.LocalPort -eq [int]$asked } | Select-Object -First 1 | ForEach-Object {
      @{ address = "$($_.LocalAddress)"; pid = $_.OwningProcess; name = (Get-Process -Id $_.OwningProcess -ErrorAction SilentlyContinue).Name }
    }
`);

/** Asked with `C:`. */
export const FOLDER = ask(`
    Get-CimInstance Win32_LogicalDisk -Filter "DeviceID='$asked'" | Select-Object FileSystem, DriveType
`);

/** Asked with `C`. */
export const SCAN = ask(`
    @{ status = "$(Repair-Volume -DriveLetter $asked -Scan)" }
`);
